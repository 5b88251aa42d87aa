declare module 'kafkajs/src/protocol/decoder.js' {
  /** Reads what a broker sent. */
  class Decoder {
    readVarIntArray(read: (decoder: Decoder) => unknown): unknown[];
  }
  export default Decoder;
}
