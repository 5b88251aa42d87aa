import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Draw } from './draw.ts';

let registry: FileRegistry | undefined;

/** All contracts, as they are generated. */
function contracts(): FileRegistry {
  const image = createRequire(import.meta.url).resolve('@giaolo/proto/image');
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(image)));
  return registry;
}

export interface ContractMethod {
  /** `/giaolo.parking.v1.ParkingService/GetLot` */
  readonly path: string;
  readonly input: DescMessage;
  readonly kind: DescMethod['methodKind'];
}

/** Every method of a service by its full name; a method that is added to the contract is there by itself. */
export function methodsOf(service: string): ContractMethod[] {
  const found = contracts().getService(service);
  if (!found) throw new Error(`no contract has the service ${service}`);
  return found.methods.map(({ name, input, methodKind }) => ({ path: `/${service}/${name}`, input, kind: methodKind }));
}

export function messageNamed(name: string): DescMessage {
  const found = contracts().getMessage(name);
  if (!found) throw new Error(`no contract has the message ${name}`);
  return found;
}

const WORDS = [
  'lots/a',
  'lots/b',
  'lots/a/reservations/x',
  'feeds/sample',
  'feeds/x/vehicles/y',
  '79/2025-07-01',
  'VN',
  '00',
  '2025-07-01',
  '2026-11-22T08:00:00Z',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  "'; DROP TABLE lots; --",
  '\u0000',
  '\u202e\ufeff',
  '𝒽𝑜𝓈𝓉𝒾𝓁𝑒',
  'lots/*',
  '%00%2e%2e%2f',
  '{{7*7}}',
  '-1',
  '1e309',
  'NaN',
];

const LONGEST_TEXT = 20_000;
const DEEPEST = 5;

/** A message whose bytes are in order and whose content is not to be trusted. */
export function sample(type: DescMessage, draw: Draw): Buffer {
  return Buffer.from(toBinary(type, build(type, draw, 0).message));
}

/** What a message says, field by field, as the contract names them. */
export interface Said {
  readonly [field: string]: string | Said;
}

function say(message: ReflectMessage, said: Said): void {
  for (const [name, value] of Object.entries(said)) {
    const field = message.desc.fields.find((each) => each.name === name);
    if (field?.fieldKind === 'scalar') message.set(field, value);
    if (field?.fieldKind !== 'message' || typeof value === 'string') continue;
    const inner = reflect(field.message);
    say(inner, value);
    message.set(field, inner);
  }
}

/** Of a method that takes a file in parts: the first message, with some of its fields as they should be. */
export function fileHeader(type: DescMessage, draw: Draw, said: Said): Buffer {
  const message = reflect(type);
  const header = type.field['header'] as DescField & { readonly fieldKind: 'message' };
  const built = build(header.message, draw, 1);
  say(built, said);
  message.set(header, built);
  return Buffer.from(toBinary(type, message.message));
}

/** The next ones: a part of the file. */
export function fileChunk(type: DescMessage, bytes: Uint8Array): Buffer {
  const message = reflect(type);
  message.set(type.field['chunk'] as DescField, bytes);
  return Buffer.from(toBinary(type, message.message));
}

export const takesFile = ({ input }: ContractMethod): boolean => 'header' in input.field && 'chunk' in input.field;

function build(type: DescMessage, draw: Draw, depth: number): ReflectMessage {
  const message = reflect(type);
  for (const field of type.fields) {
    if (draw.chance(0.15)) continue;
    if (field.oneof && draw.chance(0.5)) continue;
    fill(message, field, draw, depth);
  }
  return message;
}

function fill(message: ReflectMessage, field: DescField, draw: Draw, depth: number): void {
  if (field.fieldKind === 'list') {
    const list = message.get(field);
    const most = draw.chance(0.02) && depth === 0 ? 600 : 3;
    for (let left = draw.int(most + 1); left > 0; left--) {
      if (field.listKind === 'message') {
        if (depth < DEEPEST) list.add(build(field.message, draw, depth + 1));
      } else list.add(field.listKind === 'enum' ? enumNumber(draw) : scalar(field.scalar, draw));
    }
  } else if (field.fieldKind === 'map' && field.mapKind === 'scalar') {
    const map = message.get(field);
    for (let left = draw.int(3); left > 0; left--)
      map.set(scalar(field.mapKey, draw) as string, scalar(field.scalar, draw) as string);
  } else if (field.fieldKind === 'message') {
    if (depth < DEEPEST) message.set(field, build(field.message, draw, depth + 1));
  } else if (field.fieldKind === 'enum') message.set(field, enumNumber(draw));
  else if (field.fieldKind === 'scalar') message.set(field, scalar(field.scalar, draw));
}

const enumNumber = (draw: Draw): number => draw.pick([0, 1, 2, 3, -1, 99, 2 ** 31 - 1]);

const INTEGERS = [0, 1, 2, 30, 500, 501, -1, 2 ** 31 - 1, -(2 ** 31)];
const FLOATS = [0, 10.34, 107.08, -1, 91, 181, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 5e-324];

function scalar(type: ScalarType, draw: Draw): unknown {
  switch (type) {
    case ScalarType.STRING:
      return text(draw);
    case ScalarType.BYTES:
      return draw.bytes(draw.length(LONGEST_TEXT));
    case ScalarType.BOOL:
      return draw.chance(0.5);
    case ScalarType.DOUBLE:
      return draw.pick(FLOATS);
    case ScalarType.FLOAT:
      return draw.pick(FLOATS.filter((value) => !(Math.abs(value) > 3e38 && Number.isFinite(value))));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return draw.pick([0n, 1n, BigInt(1_795_000_000 + draw.int(10_000)), -1n, 2n ** 63n - 1n, -(2n ** 63n)]);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return draw.pick([0n, 1n, 2n ** 64n - 1n]);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return draw.pick([0, 1, 2 ** 32 - 1]);
    default:
      return draw.pick(INTEGERS);
  }
}

function text(draw: Draw): string {
  if (draw.chance(0.7)) return draw.pick(WORDS);
  if (draw.chance(0.5)) return draw.bytes(draw.length(64)).toString('latin1');
  return draw.pick(['a', 'ệ', '𝒽', '/']).repeat(draw.length(LONGEST_TEXT / 4));
}
