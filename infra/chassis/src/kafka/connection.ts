import net from 'node:net';
import tls from 'node:tls';
import { type Consumer, type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { log } from '../log.ts';

const KEEP_ALIVE_MS = 60_000;

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

/**
 * A consumer that kafkajs gives up would leave a process that looks well and hears nothing: it ends instead, and is
 * started anew by whoever runs it.
 */
export function endWith(consumer: Consumer): void {
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
    if (restart) return;
    queueMicrotask(() => {
      throw new Error('a Kafka consumer has stopped for good', { cause: error });
    });
  });
}
