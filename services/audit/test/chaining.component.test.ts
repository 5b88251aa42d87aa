import { ActRecorded, ActRecorded_Outcome as Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { actRecorded, chainDeadLetters } from '@giaolo/topics/topics';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { linkOf } from '../src/adapters/wire.ts';
import { verify } from '../src/chain/verify.ts';
import { actOf, min } from './builders.ts';
import { haNoi, hcmc, vungTau } from './people.ts';
import { Stage } from './stage.ts';

const stage = new Stage();
beforeAll(() => stage.open());
afterAll(() => stage.close());

test('each act becomes a link of the chain of its unit, byte by byte, denied ones too', async () => {
  const denied = { unit: hcmc, object: 'lots/b', outcome: Outcome.OUTCOME_DENIED, reason: 'UNIT_FOREIGN' };
  await stage.recorded({ unit: hcmc, object: 'lots/a' }, { unit: haNoi, object: 'feeds/x' }, denied);
  const links = stage.links(hcmc);
  expect(links.map(({ index, act }) => [index, ActRecorded.decode(act).object])).toEqual([
    [1n, 'lots/a'],
    [2n, 'lots/b'],
  ]);
  expect(ActRecorded.decode(links[1]?.act as Buffer)).toMatchObject({ outcome: Outcome.OUTCOME_DENIED });
  const recorded = stage.bus.caught.filter(({ topic, key }) => topic === actRecorded.name && key === '79/2025-07-01');
  expect(links.map(({ act }) => act)).toEqual(recorded.map(({ value }) => Buffer.from(value as Uint8Array)));
  expect(verify('79/2025-07-01', links.map(linkOf)).fault).toBeUndefined();
  expect(stage.links(haNoi)).toHaveLength(1);
});

test('what a relay says again is chained once', async () => {
  const before = stage.links(hcmc).length;
  await stage.recorded({ unit: hcmc });
  await stage.bus.repeatLast(actRecorded.name);
  await stage.bus.repeatLast(actRecorded.name);
  expect(stage.links(hcmc)).toHaveLength(before + 1);
});

test('bytes that this release does not know are kept', async () => {
  // Field 100 of a later release.
  const value = Buffer.concat([
    ActRecorded.encode(actOf({ unit: vungTau })).finish(),
    Buffer.from([0xa2, 0x06, 1, 65]),
  ]);
  await stage.bus.publisher.send([{ topic: actRecorded.name, key: '26506/2025-07-01', value }]);
  await stage.bus.settled();
  expect(stage.links(vungTau).map(({ act }) => act)).toEqual([value]);
});

test('an act of no unit, or one that cannot be read, becomes a dead letter and stops nobody', async () => {
  const letters = () => stage.bus.caught.filter(({ topic }) => topic === chainDeadLetters.name);
  const before = stage.links(hcmc).length;
  await stage.bus.publisher.send([{ topic: actRecorded.name, key: '79/2025-07-01', value: Buffer.from([0xff]) }]);
  await stage.recorded({ unit: undefined }, { unit: { code: '79', validFrom: 'July' } }, { unit: hcmc });
  expect(letters().map(({ headers }) => headers['dead_letter_reason'])).toEqual([
    'UNREADABLE',
    'UNPROCESSABLE',
    'UNPROCESSABLE',
  ]);
  expect(stage.links(hcmc)).toHaveLength(before + 1);
});

test('a chain that moved on is anchored a minute later, as the act of the service', async () => {
  await stage.recorded({ unit: hcmc });
  const [newest] = stage.links(hcmc).slice(-1);
  await stage.audit.onDue('chains/79/2025-07-01');
  expect(stage.anchors(hcmc)).toEqual([]);
  stage.now += min(1);
  await stage.audit.onDue('chains/79/2025-07-01');
  await stage.audit.onDue('chains/79/2025-07-01');
  await stage.audit.onDue('chains/00/2000-01-01');
  await stage.bus.settled();
  expect(stage.anchors(hcmc)).toEqual([
    { unit: hcmc, index: newest?.index, hash: newest?.hash, anchoredTime: new Date(stage.now) },
  ]);
  expect(stage.bus.caught.findLast(({ key }) => key === '79/2025-07-01@1000')?.headers).toMatchObject({
    ce_principal: 'service:audit',
    ce_unit: '79/2025-07-01',
  });
});
