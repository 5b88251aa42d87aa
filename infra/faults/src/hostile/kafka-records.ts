import type { DescMessage } from '@bufbuild/protobuf';
import type { IHeaders, Message } from 'kafkajs';
import { sample } from './contract.ts';
import type { Draw } from './draw.ts';
import { deepGroups, deepMessages, mutated } from './mutate.ts';

const LARGEST = 950_000;
const KEYS = 300;
const HEADER_NAMES = ['ce_id', 'ce_sequence', 'ce_time', 'ce_unit', 'ce_principal', 'traceparent', 'observation'];
const HEADER_TEXTS = ['', 'NaN', '-1', '1e309', '9007199254740993', '2026-13-45', '|||', 'a|b|c|d|e', '\u0000', '{x}'];

/** Keys come from a small set, since a new key in a compacted topic is new knowledge, which takes memory by right. */
function key(draw: Draw): Buffer | string | null {
  switch (draw.int(8)) {
    case 0:
      return null;
    case 1:
      return '__proto__';
    case 2:
      return Buffer.from(`${draw.int(KEYS)}`.repeat(200));
    case 3:
      return Buffer.from([0xff, 0xfe, draw.int(256)]);
    default:
      return `lots/hostile-${draw.int(KEYS)}`;
  }
}

function value(type: DescMessage, draw: Draw): Buffer | null {
  const kind = draw.int(1_000);
  if (kind < 3) return draw.bytes(LARGEST);
  if (kind < 10) return draw.pick([deepGroups, deepMessages])(draw.pick([100, 5_000, 100_000]));
  if (kind < 40) return null;
  if (kind < 60) return Buffer.alloc(0);
  if (kind < 200) return draw.bytes(draw.length(2_000));
  const good = sample(type, draw);
  return kind < 600 ? mutated(good, draw) : good;
}

function headers(draw: Draw): IHeaders {
  const kind = draw.int(1_000);
  const many = kind < 2 ? 5_000 : kind < 10 ? 300 : 0;
  if (many > 0) return Object.fromEntries(Array.from({ length: many }, (_, at) => [`h${at}`, '']));
  if (kind < 100) return {};
  const lawful = { observation: `${Date.now() - draw.int(10_000)}|00/2025-07-01||client:hostile` };
  if (kind < 700) return lawful;
  const name = draw.pick([...HEADER_NAMES, '__proto__', '', 'redrive_group', 'redrive_attempt', 'dead_letter_group']);
  const text = draw.pick([...HEADER_TEXTS, draw.bytes(draw.length(200)), 'x'.repeat(draw.length(50_000))]);
  return { ...lawful, [name]: kind < 800 ? [text, text] : text };
}

/** A record that no service of ours would write, for a topic whose values are of this type. */
export const hostileRecord = (type: DescMessage, draw: Draw): Message => ({
  key: key(draw),
  value: value(type, draw),
  headers: headers(draw),
  ...(draw.chance(0.05) && { timestamp: draw.pick(['0', '1', String(2 ** 53)]) }),
});
