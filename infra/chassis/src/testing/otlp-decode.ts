import { BinaryReader } from '@bufbuild/protobuf/wire';

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** The parts of an OTLP span that tests ask for; ids in lower-case hex, times in nanoseconds since 1970. */
export interface ReceivedSpan extends SpanLink {
  /** `service.name` of the process. */
  readonly service: string;
  readonly name: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  /** OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startedAtNanos: bigint;
  readonly endedAtNanos: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly SpanLink[];
  /** OTLP: 0 unset, 1 ok, 2 error. */
  readonly status: number;
}

type Field = bigint | number | Uint8Array;

/** The fields of a message, by number, in their order; enough where the shape is known. */
function fields(bytes: Uint8Array): Map<number, Field[]> {
  const reader = new BinaryReader(bytes);
  const found = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const value = readField(reader, number, wire);
    if (value === undefined) continue;
    const values = found.get(number);
    if (values) values.push(value);
    else found.set(number, [value]);
  }
  return found;
}

function readField(reader: BinaryReader, number: number, wire: number): Field | undefined {
  switch (wire) {
    case 0:
      return BigInt(reader.int64());
    case 1:
      return BigInt(reader.fixed64());
    case 2:
      return reader.bytes();
    case 5:
      return reader.fixed32();
    default:
      reader.skip(wire, number);
      return undefined;
  }
}

type Fields = ReturnType<typeof fields>;

const all = (message: Fields, number: number) => (message.get(number) ?? []) as Uint8Array[];
const bytes = (message: Fields, number: number) => all(message, number)[0] ?? new Uint8Array();
const text = (message: Fields, number: number) => new TextDecoder().decode(bytes(message, number));
const hex = (message: Fields, number: number) => Buffer.from(bytes(message, number)).toString('hex');
const integer = (message: Fields, number: number) => BigInt((message.get(number)?.[0] ?? 0n) as bigint);

function anyValue(message: Fields): unknown {
  if (message.has(1)) return text(message, 1);
  if (message.has(2)) return integer(message, 2) === 1n;
  if (message.has(3)) return Number(integer(message, 3));
  if (message.has(4)) return new Float64Array(new BigInt64Array([integer(message, 4)]).buffer)[0];
  if (message.has(5)) return all(fields(bytes(message, 5)), 1).map((value) => anyValue(fields(value)));
  return undefined;
}

const attributes = (keyValues: readonly Uint8Array[]): Record<string, unknown> =>
  Object.fromEntries(
    keyValues.map((keyValue) => {
      const pair = fields(keyValue);
      return [text(pair, 1), anyValue(fields(bytes(pair, 2)))];
    }),
  );

function span(message: Fields, service: string): ReceivedSpan {
  return {
    service,
    traceId: hex(message, 1),
    spanId: hex(message, 2),
    parentSpanId: hex(message, 4),
    name: text(message, 5),
    kind: Number(integer(message, 6)),
    startedAtNanos: integer(message, 7),
    endedAtNanos: integer(message, 8),
    attributes: attributes(all(message, 9)),
    links: all(message, 13).map((link) => ({ traceId: hex(fields(link), 1), spanId: hex(fields(link), 2) })),
    status: Number(integer(fields(bytes(message, 15)), 3)),
  };
}

/** Reads the body of an OTLP `ExportTraceServiceRequest`. */
export function decodeSpans(body: Uint8Array): ReceivedSpan[] {
  return all(fields(body), 1).flatMap((resourceSpans) => {
    const group = fields(resourceSpans);
    const service = String(attributes(all(fields(bytes(group, 1)), 1))['service.name'] ?? '');
    return all(group, 2).flatMap((scope) => all(fields(scope), 2).map((bytes) => span(fields(bytes), service)));
  });
}
