import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import { eventually } from '@giaolo/chassis/testing/brokers';
import type { Child } from '@giaolo/local/children';
import { ActRecorded } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { ListActsRequest, ListChainsRequest } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { linkOf } from '../src/adapters/wire.ts';
import { verify } from '../src/chain/verify.ts';
import { actOf } from './builders.ts';
import { Fleet } from './fleet.ts';
import { allOf } from './stage.ts';

const units: Unit[] = ['01', '48', '77', '79', '92'].map((code) => ({ code, validFrom: '2025-07-01' }));
const fleet = new Fleet();
beforeAll(() => fleet.open(units), 60_000);
afterAll(() => fleet.close(), 60_000);

const bytesOf = (act: ActRecorded) => Buffer.from(ActRecorded.encode(act).finish()).toString('base64');

/** What was recorded so far, of each unit in the order of the first time. */
const recorded = new Map<string, string[]>(units.map((unit) => [formatUnit(unit), []]));

async function record(acts: readonly ActRecorded[]): Promise<void> {
  for (const act of acts) recorded.get(formatUnit(act.unit as Unit))?.push(bytesOf(act));
  await fleet.record(acts);
}

/** `count` new acts of each unit. */
const burst = (count: number): ActRecorded[] =>
  units.flatMap((unit) => Array.from({ length: count }, () => actOf({ unit, occurredTime: new Date() })));

/** Each chain is sound and holds every act that was recorded, once. */
async function expectWhole(): Promise<void> {
  for (const unit of units) {
    const name = formatUnit(unit);
    const links = await fleet.links(unit);
    expect(verify(name, links).fault).toBeUndefined();
    expect(links.map(({ act }) => Buffer.from(act).toString('base64'))).toEqual(recorded.get(name));
  }
}

const allChained = (what: string) =>
  eventually(what, () => [...recorded.values()].flat().every((act) => fleet.chained.has(act)), 60_000);

test('two members, one killed in its work, relays that repeat themselves: every act is chained once', async () => {
  const [first] = await Promise.all([fleet.replica(), fleet.replica()]);
  let third: Promise<unknown> | undefined;
  for (let round = 0; round < 20; round++) {
    const acts = burst(60);
    await record(acts);
    // A relay that did not hear of its success sends the same again.
    await fleet.record(acts.slice(round, round + 50));
    if (round === 8) await eventually('they are in the middle of it', () => fleet.chained.size > 500);
    if (round === 10) first.signal('SIGKILL');
    if (round === 12) third = fleet.replica();
  }
  await third;
  await allChained('all is chained');
  await expectWhole();
}, 120_000);

test('members that stop, and a group that is set back to the beginning: nothing is chained again', async () => {
  await Promise.all(fleet.replicas.map((replica) => replica.end()));
  expect(fleet.replicas.map(({ exit }) => exit?.code ?? exit?.signal)).toEqual(['SIGKILL', 0, 0]);
  await fleet.setBack();
  await record(burst(1));
  await fleet.replica();
  await allChained('what came last is chained');
  await expectWhole();
}, 120_000);

test('the service itself reads, verifies and lists what it chained', async () => {
  const client = await fleet.client(fleet.replicas.at(-1) as Child);
  const { chains } = await client.listChains(ListChainsRequest.fromPartial({}));
  expect(chains.map(({ unit }) => formatUnit(unit as Unit))).toEqual([...recorded.keys()]);
  for (const { unit, length, headHash, anchor } of chains.slice(0, 2)) {
    expect(anchor).toMatchObject({ index: 1_000n });
    const verdict = await client.verifyChain({ unit }, { deadlineMs: 20_000 });
    expect(verdict).toEqual({ links: length, headHash, anchors: 2, fault: undefined });
    const links = await fleet.links(unit as Unit);
    const read = await allOf(client.readChain({ unit, fromIndex: 0n }));
    expect(read.flatMap((message) => message.links.map(linkOf))).toEqual(
      links.map(({ partition: _, offset: __, ...link }) => link),
    );
    const { acts, olderLeftOut } = await client.listActs(ListActsRequest.fromPartial({ unit, pageSize: 2 }));
    expect(acts.map(({ index }) => index)).toEqual([length, length - 1n]);
    expect(olderLeftOut).toBe(true);
  }
}, 60_000);
