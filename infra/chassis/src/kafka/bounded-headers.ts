import Decoder from 'kafkajs/src/protocol/decoder.js';

const MOST = 100;

/**
 * kafkajs gathers the headers of a record in quadratic time: one record of 180 kB with 30,000 headers holds the process
 * up for minutes, and again whenever it starts. Of more than a hundred headers, the first hundred are read.
 */
export function boundHeaders(): void {
  const { prototype } = Decoder;
  const { readVarIntArray } = prototype;
  // Each record has a decoder of its own, and its headers are all that kafkajs reads in this way.
  prototype.readVarIntArray = function (read) {
    return readVarIntArray.call(this, read).slice(0, MOST);
  };
}
