import { Trouble } from '@giaolo/local/trouble';
import type { Admin, Kafka } from 'kafkajs';
import { withAdmin } from './target.ts';

/** What a group did that long before the newest state may have waited in the outbox when the store was lost. */
const MARGIN_MS = 60_000;
/** A member that was killed leaves its group when its session is over. */
const EMPTY_WITHIN_MS = 25_000;

/**
 * The groups of a service have committed offsets of records whose effects the store has lost: they read again what was
 * written since `newest` (milliseconds since 1970) less a minute. Answers how many records that is. Throws a Trouble when
 * somebody stays in a group.
 */
export async function setGroupsBack(kafka: Kafka, prefix: string, service: string, newest: number): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    const { groups } = await admin.listGroups();
    const own = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(`${prefix}${service}.`));
    let records = 0;
    for (const group of own) records += await setBack(admin, group, Math.max(0, newest - MARGIN_MS));
    return records;
  });
}

async function setBack(admin: Admin, groupId: string, since: number): Promise<number> {
  let records = 0;
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
    const then = await admin.fetchTopicOffsetsByTimestamp(topic, since);
    const lower = partitions.flatMap(({ partition, offset }) => {
      const at = then.find((each) => each.partition === partition)?.offset ?? offset;
      return BigInt(offset) > BigInt(at) && BigInt(at) >= 0n ? [{ partition, offset: at, was: offset }] : [];
    });
    if (lower.length === 0) continue;
    await untilEmpty(admin, groupId);
    await admin.setOffsets({
      groupId,
      topic,
      partitions: lower.map(({ partition, offset }) => ({ partition, offset })),
    });
    records += lower.reduce((sum, { offset, was }) => sum + Number(BigInt(was) - BigInt(offset)), 0);
  }
  return records;
}

async function untilEmpty(admin: Admin, groupId: string): Promise<void> {
  const givenUp = performance.now() + EMPTY_WITHIN_MS;
  for (;;) {
    const [group] = (await admin.describeGroups([groupId])).groups;
    if (!group || group.members.length === 0) return;
    if (performance.now() > givenUp)
      throw new Trouble(`somebody reads in the group ${groupId}: end the replicas first`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
