import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Outgoing, Received, Topic } from '../bus.ts';
import type { Instant } from '../clock.ts';
import { formatUnit, type Principal } from '../principal.ts';

const OBSERVATION = 'observation';

/** Observations are many: one header instead of ten, which would halve the throughput. */
export function observation<T>(
  topic: Topic<T>,
  key: string,
  message: T,
  by: { readonly principal: Principal; readonly observedAt: Instant; readonly traceparent?: string | undefined },
): Outgoing {
  const origin = `${by.observedAt}|${formatUnit(by.principal.unit)}|${by.traceparent ?? ''}|${by.principal.subject}`;
  return { topic: topic.name, key, value: topic.codec.encode(message).finish(), headers: { [OBSERVATION]: origin } };
}

/** Reads a record; throws when its value is missing or does not decode. */
export function receive<T>(topic: Topic<T>, partition: number, message: KafkaMessage): Received<T> {
  if (!message.value) throw new Error('the record has no value');
  return {
    topic: topic.name,
    partition,
    offset: BigInt(message.offset),
    key: message.key?.toString() ?? '',
    value: topic.codec.decode(message.value),
    ...provenance(message),
  };
}

function provenance(message: KafkaMessage) {
  const headers = message.headers ?? {};
  const compact = text(headers, OBSERVATION);
  if (compact !== undefined) {
    const [observedAt, unit = '', traceparent = '', ...subject] = compact.split('|');
    const time = Number(observedAt);
    return { time, unit, traceparent, subject: subject.join('|'), sequence: undefined, id: undefined };
  }
  const time = text(headers, 'ce_time');
  const sequence = text(headers, 'ce_sequence');
  return {
    time: time === undefined ? Number(message.timestamp) : Date.parse(time),
    unit: text(headers, 'ce_unit') ?? '',
    traceparent: text(headers, 'traceparent') ?? '',
    subject: text(headers, 'ce_principal') ?? '',
    sequence: sequence === undefined ? undefined : Number(sequence),
    id: text(headers, 'ce_id'),
  };
}

export function text(headers: IHeaders, name: string): string | undefined {
  const value = headers[name];
  return value === undefined ? undefined : value.toString();
}
