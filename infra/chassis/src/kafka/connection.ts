import net from 'node:net';
import tls from 'node:tls';
import kafkajs, { type Consumer, type ConsumerRunConfig, type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { log } from '../log.ts';
import { boundHeaders } from './bounded-headers.ts';

const { KafkaJSGroupCoordinatorNotFound, KafkaJSProtocolError } = kafkajs;

const KEEP_ALIVE_MS = 60_000;

boundHeaders();

/**
 * kafkajs waits for ever when a socket closes with neither an error nor an end (a firewall or a killed broker does
 * that): such a close is told as an end.
 */
export const endOnBareClose: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const servername = net.isIP(host) ? {} : { servername: host };
  const socket = ssl
    ? tls.connect({ host, port, ...servername, ...(typeof ssl === 'object' && ssl) }, onConnect)
    : net.connect({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  let ended = false;
  socket.once('end', () => {
    ended = true;
  });
  socket.once('close', (hadError) => {
    if (!hadError && !ended) socket.emit('end');
  });
  return socket;
};

const LEVELS = { [logLevel.ERROR]: 'warn', [logLevel.WARN]: 'debug', [logLevel.INFO]: 'debug' } as const;

/** A kafkajs client with bounded stalls; what it logs as an error is for us a warning, since we try again. */
export function kafkaClient(brokers: readonly string[], clientId: string, socketFactory = endOnBareClose): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    socketFactory,
    connectionTimeout: 3_000,
    // Cut at the wrong moment, kafkajs writes to a socket that is gone and waits for the answer: this bounds the stall.
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logCreator:
      () =>
      ({ level, namespace, log: { message, error, groupId } }) =>
        log[LEVELS[level as keyof typeof LEVELS] ?? 'debug']({ kafka: namespace, error, groupId }, message),
  });
}

const AGAIN_MS = 500;

/**
 * Runs the consumer until `endConsumer`. kafkajs also gives it up at faults that pass: it is then run again. At any other
 * the process ends and is started anew by whoever runs it, since it would look well and hear nothing.
 */
export async function runConsumer(consumer: Consumer, config: ConsumerRunConfig): Promise<void> {
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (restart || ended.has(consumer)) return;
    if (isPassing(error)) void runAgain(consumer, config);
    else
      queueMicrotask(() => {
        throw new Error(`a Kafka consumer has stopped for good: ${error.message}`, { cause: error });
      });
  });
  await consumer.run(config);
}

/** Nobody coordinates the group, as in the first seconds of a broker, or the broker has a fault of its own (a full disk). */
const isPassing = (error: unknown): boolean =>
  error instanceof KafkaJSGroupCoordinatorNotFound ||
  (error instanceof KafkaJSProtocolError && error.type === 'UNKNOWN') ||
  (error instanceof Error && isPassing(error.cause));

const ended = new WeakSet<Consumer>();

/** It finishes its batches and leaves. */
export function endConsumer(consumer: Consumer): Promise<void> {
  ended.add(consumer);
  return consumer.disconnect();
}

async function runAgain(consumer: Consumer, config: ConsumerRunConfig): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  if (ended.has(consumer)) return;
  try {
    await consumer.connect();
    await consumer.run(config);
    if (ended.has(consumer)) await consumer.disconnect();
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'kafka: a consumer cannot be run again yet');
    await runAgain(consumer, config);
  }
}
