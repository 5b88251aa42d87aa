import { afterEach, expect, test } from '@jest/globals';
import { read, take, transfer } from '../src/lease.ts';
import { Tenure } from '../src/ownership-tenure.ts';
import { shardOf, shardTag } from '../src/store.ts';
import { eventually, namespace } from '../src/testing/brokers.ts';
import { FakeDevice, openReplica, type Replica } from './field-fixture.ts';

const name = 'tallies/crossing';
const open: Replica[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((replica) => replica.close()));
});

async function city(addresses = ['a', 'b', 'c']) {
  const service = namespace('field');
  const replicas = await Promise.all(addresses.map((address) => openReplica(service, address)));
  open.push(...replicas);
  const key = `${shardTag(service, shardOf(name))}owner/${name}`;
  const owner = () => eventually('an owner', () => replicas.find(({ owned }) => owned?.holds()));
  return { replicas: replicas as [Replica, Replica, ...Replica[]], device: new FakeDevice(), key, owner };
}

test('whichever replica decides, the one owner brings the device there', async () => {
  const { replicas, device, owner } = await city();
  for (const replica of replicas) replica.ownership.own(name, replica.serve(device));
  const first = await owner();
  expect(replicas.filter(({ owned }) => owned)).toEqual([first]);
  for (const replica of replicas) expect(await replica.ownership.ownerOf(name)).toBe(first.address);
  const began = performance.now();
  for (let value = 1; value <= 9; value++) {
    await replicas[value % 3]?.desire(name, 1);
    await eventually('the device to do it', () => device.value === value);
  }
  // By the re-read alone nine in a row would take some 16 s.
  expect(performance.now() - began).toBeLessThan(9_000);
  await eventually('that it is known', () => first.loop?.standing().status === 'following');
  expect(device.refused).toEqual([]);
  expect(await replicas[0].ownership.ownerOf('tallies/nobody')).toBeUndefined();
});

test('a nudge that gets lost only costs time', async () => {
  const { replicas, device, owner } = await city(['a', 'b']);
  for (const replica of replicas) replica.ownership.own(name, replica.serve(device));
  const first = await owner();
  const decider = replicas.find((replica) => replica !== first) as Replica;
  decider.mute = true;
  await decider.desire(name, 4);
  await eventually('the device to do it', () => device.value === 4);
});

test('a frozen owner stops by itself before another follows, and the device refuses what it sent before', async () => {
  const { replicas, device } = await city(['a', 'b']);
  const [first, second] = replicas;
  first.ownership.own(name, first.serve(device));
  await first.desire(name, 1);
  await eventually('the device to do it', () => device.value === 1);
  let arrive = () => {};
  first.delay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await first.desire(name, 1);
  await eventually('it to be on its way', () => first.loop?.standing().commanded?.version === 2);

  let overlap: boolean | undefined;
  const serve = second.serve(device);
  second.ownership.own(name, (owned) => {
    overlap = first.owned?.holds();
    return serve(owned);
  });
  first.freeze();
  await eventually('the other to take over', () => second.owned);
  expect([overlap, first.owned?.signal.aborted]).toEqual([false, true]);
  await second.desire(name, 5);
  await eventually('the device to do it', () => device.value === 7);
  arrive();
  await eventually('the late command', () => device.refused.length > 0);
  for (const late of device.refused) expect(late).toMatchObject({ version: 2, token: first.owned?.fence.token });
  expect(device.value).toBe(7);

  const standing = first.loop?.standing();
  first.loop?.observed(0, Date.now());
  expect(first.loop?.standing().observed?.value).toBe(standing?.observed?.value);
}, 30_000);

test('a process that wakes too late knows it before anything else happens', async () => {
  const { replicas, key } = await city(['a']);
  const { redis } = replicas[0];
  const taken = await take(redis, key, { holder: 'a', ttlMs: 200 });
  if (taken.status !== 'granted') throw new Error('it is free');
  const tenure = new Tenure(redis, name, taken.lease, 200);
  expect(tenure.holds()).toBe(true);
  // Stands still with all its timers, as under SIGSTOP.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  expect(tenure.holds()).toBe(false);
  expect(tenure.signal.aborted).toBe(true);
});

test('whoever stops leaves at once what it owned', async () => {
  const { replicas, device, owner } = await city(['a', 'b']);
  for (const replica of replicas) replica.ownership.own(name, replica.serve(device));
  const first = await owner();
  const second = replicas.find((replica) => replica !== first) as Replica;
  const lease = await read(second.redis, first.owned?.fence.key as string);
  await first.ownership.stop();
  await eventually('the other', () => second.owned?.holds());
  expect(second.owned?.fence.token).toBeGreaterThan(lease?.token as number);
  // Before the first one's lease could have run out.
  expect(Date.now()).toBeLessThan(lease?.expiresAt as number);
});

test('who has the device on the line takes it over, and gives it back', async () => {
  const { replicas, device } = await city(['a', 'b']);
  const [dials, connected] = replicas;
  dials.ownership.own(name, dials.serve(device));
  const before = await eventually('the first owner', () => dials.owned);
  const claim = connected.ownership.own(name, connected.serve(device), 1);
  await eventually('the second', () => connected.owned?.holds());
  await eventually('the first to know', () => before.signal.aborted);
  expect(await dials.ownership.ownerOf(name)).toBe('b');
  await claim.release();
  await eventually('the first again', () => dials.owned !== before && dials.owned?.holds());
  await dials.desire(name, 3);
  await eventually('the device to do it', () => device.value === 3);
});

test('an owner whose lease was given to another stops when it is nudged', async () => {
  const { replicas, device } = await city(['a', 'b']);
  const [first, second] = replicas;
  first.ownership.own(name, first.serve(device));
  const owned = await eventually('the owner', () => first.owned);
  await transfer(second.redis, owned.fence, { holder: 'somebody', ttlMs: 60_000, address: 'z' });
  second.ownership.nudge(name);
  await eventually('the end', () => owned.signal.aborted);
  expect(await first.ownership.ownerOf(name)).toBe('z');
});

test('a device that says yes and does no is an alarm, once, until it does', async () => {
  const { replicas, device } = await city(['a']);
  const [only] = replicas;
  only.ownership.own(name, only.serve(device));
  device.stuck = true;
  await only.desire(name, 2);
  await eventually('the alarm', () => device.alarms.length > 0);
  expect(only.loop?.standing()).toMatchObject({
    status: 'departed',
    commanded: { version: 1, value: 2 },
    acknowledged: { version: 1 },
    observed: { value: 0 },
  });
  device.stuck = false;
  await eventually('the end of the alarm', () => device.alarms.length > 1);
  expect(device.alarms).toEqual([true, false]);
  expect(only.loop?.standing().status).toBe('following');
});

test('a new owner clears the alarm that an earlier one raised', async () => {
  const { replicas, device, owner } = await city(['a', 'b']);
  for (const replica of replicas) replica.ownership.own(name, replica.serve(device));
  const first = await owner();
  device.stuck = true;
  await first.desire(name, 2);
  await eventually('the alarm', () => device.alarmed);
  await first.ownership.stop();
  device.stuck = false;
  await eventually('the end of the alarm', () => !device.alarmed);
  expect(device.alarms).toEqual([true, false]);
});

test('work that fails is left to others first; work that is done is done', async () => {
  const { replicas, device } = await city(['a', 'b']);
  const [broken, sound] = replicas;
  let tries = 0;
  broken.ownership.own(name, async () => {
    tries++;
    throw new Error('no such device');
  });
  await eventually('the first try', () => tries > 0);
  sound.ownership.own(name, sound.serve(device));
  await eventually('the other', () => sound.owned?.holds());
  const done = sound.ownership.own('tallies/once', async () => {});
  await eventually('its end', async () => (await sound.ownership.ownerOf('tallies/once')) === undefined);
  await done.release();
  expect(() => sound.ownership.own(name, sound.serve(device))).toThrow('already');
});

test('work that does not heed its end does not keep the thing from others', async () => {
  const { replicas, device } = await city(['a', 'b']);
  const [deaf, sound] = replicas;
  let finish = () => {};
  const claim = deaf.ownership.own(
    name,
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  await eventually('the owner', () => deaf.ownership.ownerOf(name));
  await claim.release();
  sound.ownership.own(name, sound.serve(device));
  await eventually('the other', () => sound.owned?.holds());
  finish();
});
