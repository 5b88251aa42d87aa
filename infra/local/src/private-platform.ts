import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenBrokers } from './brokers.ts';
import { Children } from './children.ts';
import { withAdmin } from './kafka-admin.ts';
import { type Platform, startPlatform } from './platform.ts';
import { freePorts } from './ports.ts';
import type { Report } from './report.ts';

export interface PrivatePlatform extends Platform {
  /** Ends its processes and removes what it kept. */
  end(): Promise<void>;
}

export interface PrivatePlatformOptions {
  /** As GIAOLO_CLOCK has it; `wall` when absent. */
  readonly clock?: string;
  /** Told to every service, such as GIAOLO_TRACE_RATIO. */
  readonly env?: Readonly<Record<string, string>>;
  readonly report?: Report;
}

/**
 * A platform for one test or one replay: free ports, an empty state, two Redis servers of its own, and topics of its
 * own on the Kafka of KAFKA_BROKERS, or a Kafka of its own where that is not set.
 */
export async function startPrivatePlatform(options: PrivatePlatformOptions = {}): Promise<PrivatePlatform> {
  const children = new Children();
  const dir = mkdtempSync(join(tmpdir(), 'giaolo-'));
  const { kafka } = givenBrokers();
  const topicPrefix = kafka ? `private-${randomBytes(5).toString('hex')}.` : '';
  const end = async () => {
    await children.endAll();
    if (kafka) await deleteTopics(kafka, topicPrefix);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const { clock = 'wall', env = {}, report = () => {} } = options;
    const given = kafka ? { kafka } : {};
    const platform = await startPlatform(
      { dir, ports: await freePorts(), clock, given, topicPrefix, env },
      children,
      report,
    );
    return { ...platform, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function deleteTopics(brokers: string, prefix: string): Promise<void> {
  await withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });
}
