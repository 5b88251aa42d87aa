import type { KafkaMessage } from 'kafkajs';
import type { Outgoing, Received, Topic } from '../bus.ts';
import type { Instant } from '../clock.ts';
import { formatUnit, type Principal } from '../principal.ts';
import { originalKey, text } from './dead-letters.ts';

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
  return new ReadRecord(topic.name, partition, message, topic.codec.decode(message.value));
}

/** Headers are many and seldom asked for: each is read when it is. */
class ReadRecord<T> implements Received<T> {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: T;
  readonly sequence: number | undefined;
  readonly #message: KafkaMessage;
  #origin: Origin | undefined;

  constructor(topic: string, partition: number, message: KafkaMessage, value: T) {
    this.topic = topic;
    this.partition = partition;
    this.key = originalKey(message.key?.toString() ?? '', message.headers);
    this.value = value;
    this.#message = message;
    const sequence = this.#header('ce_sequence');
    this.sequence = sequence === undefined ? undefined : Number(sequence);
  }

  get offset(): bigint {
    return BigInt(this.#message.offset);
  }

  get id(): string | undefined {
    return this.#header('ce_id');
  }

  get time(): Instant {
    return this.#from.time;
  }

  get subject(): string {
    return this.#from.subject;
  }

  get unit(): string {
    return this.#from.unit;
  }

  get traceparent(): string {
    return this.#from.traceparent;
  }

  get #from(): Origin {
    this.#origin ??= this.#readOrigin();
    return this.#origin;
  }

  #readOrigin(): Origin {
    const compact = this.#header(OBSERVATION);
    if (compact !== undefined) {
      const [observedAt, unit = '', traceparent = '', ...subject] = compact.split('|');
      return { time: Number(observedAt), unit, traceparent, subject: subject.join('|') };
    }
    const time = this.#header('ce_time');
    return {
      time: time === undefined ? this.#written : Date.parse(time),
      unit: this.#header('ce_unit') ?? '',
      traceparent: this.#header('traceparent') ?? '',
      subject: this.#header('ce_principal') ?? '',
    };
  }

  get #written(): Instant {
    return Number(this.#header('redrive_timestamp') ?? this.#message.timestamp);
  }

  #header(name: string): string | undefined {
    const { headers } = this.#message;
    return headers && text(headers, name);
  }
}

interface Origin {
  readonly time: Instant;
  readonly unit: string;
  readonly traceparent: string;
  readonly subject: string;
}
