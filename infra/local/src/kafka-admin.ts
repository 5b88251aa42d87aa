import { connect } from 'node:net';
import { type Admin, Kafka, logLevel } from 'kafkajs';

/** Lets `work` talk to the brokers (`host:port,...`) as an administrator; fails at once when they do not answer. */
export async function withAdmin<T>(brokers: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const list = brokers.split(',');
  // kafkajs takes seconds to give a closed port up.
  await Promise.any(list.map(accepts));
  const kafka = new Kafka({
    clientId: 'giaolo-local',
    brokers: list,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 20_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

function accepts(broker: string): Promise<void> {
  const [host, port] = broker.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '127.0.0.1', port: Number(port ?? 9092), timeout: 2_000 });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`${broker} does not answer`)));
    socket.once('error', reject);
  });
}
