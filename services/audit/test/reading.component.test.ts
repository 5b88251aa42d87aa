import { ActRecorded, ActRecorded_Outcome as Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import {
  AuditServiceService,
  VerifyChainResponse_Flaw as Flaw,
  ListAnchorsRequest,
  ListChainsRequest,
  ReadChainRequest,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LinkRecord } from '../src/adapters/chain-topic.ts';
import { min } from './builders.ts';
import { administrator, auditor, daNang, haNoi, hcmc, operator, stranger, vungTau, wardAuditor } from './people.ts';
import { allOf, asksAbout, type Client, listing, Stage } from './stage.ts';

const stage = new Stage();
let began: number;

beforeAll(async () => {
  await stage.open();
  began = stage.now;
  for (const [i, object] of ['lots/a', 'lots/b', 'feeds/x', 'lots/a', 'lots/c'].entries()) {
    stage.now += 1;
    await stage.recorded({
      unit: hcmc,
      object,
      subject: `user:${i}`,
      outcome: i === 3 ? Outcome.OUTCOME_DENIED : Outcome.OUTCOME_ACCEPTED,
      method: `giaolo.parking.v1.ParkingService/${i < 2 ? 'OpenLot' : 'CloseLot'}`,
    });
  }
  stage.now += 1;
  await stage.recorded({ unit: vungTau, object: 'lots/ward' });
  stage.now += 1;
  await stage.recorded({ unit: haNoi, object: 'lots/hoan-kiem' });
  stage.now += min(1);
  for (const unit of ['79', '26506', '01']) await stage.audit.onDue(`chains/${unit}/2025-07-01`);
  stage.now += min(1);
  await stage.bus.settled();
});
afterAll(() => stage.close());
afterEach(() => {
  stage.tamper = (records) => records;
});

describe('acts', () => {
  const objects = async (client: Client, changed: Parameters<typeof listing>[0]) =>
    (await client.listActs(listing(changed))).acts.map(({ act, index }) => `${act?.object}@${index}`);

  test('come newest first, of one unit, of those below it too, or of all that the caller may read', async () => {
    const client = await stage.as(auditor);
    const own = ['lots/c@5', 'lots/a@4', 'feeds/x@3', 'lots/b@2', 'lots/a@1'];
    expect(await objects(client, { unit: hcmc })).toEqual(own);
    expect(await objects(client, { unit: hcmc, includeSubunits: true })).toEqual(['lots/ward@1', ...own]);
    expect(await objects(client, {})).toEqual(['lots/ward@1', ...own]);
    const everywhere = await stage.as(administrator);
    expect(await objects(everywhere, {})).toEqual(['lots/hoan-kiem@1', 'lots/ward@1', ...own]);
    expect(await objects(everywhere, { unit: hcmc, includeSubunits: true })).toEqual(['lots/ward@1', ...own]);
  });

  test('are told with all that was recorded', async () => {
    const { acts, olderLeftOut } = await (await stage.as(wardAuditor)).listActs(listing({ unit: vungTau }));
    const link = stage.links(vungTau)[0];
    expect(acts).toEqual([{ index: 1n, act: ActRecorded.decode(link?.act as Buffer) }]);
    expect(olderLeftOut).toBe(false);
  });

  test.each([
    [{ subject: 'user:1' }, ['lots/b@2']],
    [{ object: 'lots/a' }, ['lots/a@4', 'lots/a@1']],
    [{ object: 'lots/' }, ['lots/c@5', 'lots/a@4', 'lots/b@2', 'lots/a@1']],
    [{ method: 'OpenLot' }, ['lots/b@2', 'lots/a@1']],
    [{ outcome: Outcome.OUTCOME_DENIED }, ['lots/a@4']],
    [{ object: 'lots/a', outcome: Outcome.OUTCOME_ACCEPTED }, ['lots/a@1']],
  ])('are found by %j', async (filter, found) => {
    expect(await objects(await stage.as(auditor), { unit: hcmc, ...filter })).toEqual(found);
  });

  test('are found by time, the end left out', async () => {
    const span = { fromTime: new Date(began + 2), toTime: new Date(began + 4) };
    expect(await objects(await stage.as(auditor), { unit: hcmc, ...span })).toEqual(['feeds/x@3', 'lots/b@2']);
  });

  test('come page by page', async () => {
    const client = await stage.as(auditor);
    const pages: string[][] = [];
    for (let pageToken = '', first = true; first || pageToken; first = false) {
      const { acts, nextPageToken } = await client.listActs(listing({ unit: hcmc, pageSize: 2, pageToken }));
      pages.push(acts.map(({ index }) => String(index)));
      pageToken = nextPageToken;
    }
    expect(pages).toEqual([['5', '4'], ['3', '2'], ['1']]);
  });

  test('that are older than those at hand are said to be left out', async () => {
    const other = new Stage();
    await other.open();
    await other.recorded(...Array.from({ length: 1_001 }, () => ({ unit: daNang })));
    const { acts, olderLeftOut } = await (await other.as(administrator)).listActs(listing({ pageSize: 500 }));
    expect(acts.map(({ index }) => Number(index)).slice(0, 2)).toEqual([1_001, 1_000]);
    expect(olderLeftOut).toBe(true);
    await other.close();
  });
});

test('chains are listed by unit with their last anchor, and anchors by index', async () => {
  const newest = stage.links(hcmc).at(-1);
  const { chains } = await (await stage.as(auditor)).listChains(ListChainsRequest.fromPartial({}));
  expect(chains.map(({ unit }) => unit)).toEqual([vungTau, hcmc]);
  const [anchor] = stage.anchors(hcmc);
  expect(chains[1]).toEqual({ unit: hcmc, length: 5n, headHash: newest?.hash, anchor });
  const listed = await (await stage.as(auditor)).listAnchors(ListAnchorsRequest.fromPartial({ unit: hcmc }));
  expect(listed).toEqual({ anchors: [anchor], nextPageToken: '' });
});

describe('a chain', () => {
  test('is read from any link on, each link once', async () => {
    const links = stage.links(hcmc);
    stage.tamper = (records) => [...records, ...records];
    const client = await stage.as(auditor);
    const read = async (fromIndex: bigint) =>
      (await allOf(client.readChain(ReadChainRequest.fromPartial({ unit: hcmc, fromIndex })))).flatMap(
        (message) => message.links,
      );
    expect(await read(0n)).toEqual(links);
    expect(await read(4n)).toEqual(links.slice(3));
    expect(await read(6n)).toEqual([]);
  });

  test('is verified with its anchors', async () => {
    const head = stage.links(hcmc).at(-1);
    // The anchor of the topic, and what the decisions know.
    const sound = { links: 5n, headHash: head?.hash, anchors: 2, fault: undefined };
    expect(await (await stage.as(auditor)).verifyChain({ unit: hcmc })).toEqual(sound);
    expect(await (await stage.as(administrator)).verifyChain({ unit: haNoi })).toMatchObject({ links: 1n });
  });

  const own = (records: LinkRecord[]) => records.filter(({ key }) => key === '79/2025-07-01');
  const flip = (value: Uint8Array | null, at: number) => {
    const copy = Buffer.from(value as Uint8Array);
    copy[copy.length - at] = (copy.at(-at) as number) ^ 1;
    return copy;
  };
  test.each<[string, (records: LinkRecord[]) => LinkRecord[], object]>([
    [
      'a byte is changed',
      ([a, b, ...rest]) => [a, { ...b, value: flip(b?.value ?? null, 1) }, ...rest] as LinkRecord[],
      { index: 2n, flaw: Flaw.FLAW_ALTERED },
    ],
    [
      'a record does not decode',
      ([a, b, ...rest]) => [a, { ...b, value: Buffer.from([0xff]) }, ...rest] as LinkRecord[],
      { index: 2n, flaw: Flaw.FLAW_ALTERED },
    ],
    ['a record is gone', ([a, , ...rest]) => [a, ...rest] as LinkRecord[], { index: 2n, flaw: Flaw.FLAW_LINK_MISSING }],
    [
      'two changed places',
      ([a, b, c, ...rest]) => [a, c, b, ...rest] as LinkRecord[],
      { index: 2n, flaw: Flaw.FLAW_LINK_MISSING },
    ],
    ['the tail is gone', (records) => records.slice(0, -2), { index: 4n, flaw: Flaw.FLAW_CUT_SHORT }],
    ['all is gone', () => [], { index: 1n, flaw: Flaw.FLAW_CUT_SHORT }],
  ])('is not sound where %s', async (_, change, fault) => {
    stage.tamper = (records) => change(own(records));
    const offset = change(own(stage.records))[Number((fault as { index: bigint }).index) - 1]?.offset;
    const { fault: found } = await (await stage.as(auditor)).verifyChain({ unit: hcmc });
    expect(found).toMatchObject({ ...fault, offset });
  });

  test('that nobody ever wrote to is not known', async () => {
    const unit = daNang;
    const unknown = { code: 'NOT_FOUND', reason: 'CHAIN_UNKNOWN', domain: 'audit.giaolo' };
    const client = await stage.as(administrator);
    await expect(client.verifyChain({ unit })).rejects.toMatchObject(unknown);
    await expect(allOf(client.readChain({ unit, fromIndex: 0n }))).rejects.toMatchObject(unknown);
  });

  test('is read by few at a time', async () => {
    let read = () => {};
    const held = new Promise<void>((resolve) => {
      read = resolve;
    });
    const slow = new Stage();
    await slow.open();
    await slow.recorded({ unit: hcmc });
    const client = await slow.as(administrator);
    slow.hold = held;
    const readers = Array.from({ length: 5 }, () => client.verifyChain({ unit: hcmc }, { deadlineMs: 20_000 }));
    await expect(
      Promise.any(
        readers.map((reader) =>
          reader.then(
            () => Promise.reject(),
            (error) => error,
          ),
        ),
      ),
    ).resolves.toMatchObject({ reason: 'OVERLOADED' });
    read();
    const results = await Promise.allSettled(readers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await expect(client.verifyChain({ unit: hcmc })).resolves.toMatchObject({ links: 1n });
    await slow.close();
  });
});

describe('nothing is told', () => {
  const methods = Object.keys(AuditServiceService) as (keyof ReturnType<typeof asksAbout>)[];

  test.each(methods)('of %s to somebody of another province', async (method) => {
    const answer = asksAbout(hcmc, await stage.as(stranger))[method]();
    if (method !== 'listChains') await expect(answer).rejects.toMatchObject({ reason: 'UNIT_FOREIGN' });
    else expect(await answer).toMatchObject({ chains: [{ unit: haNoi }] });
  });

  test.each(methods)('of %s of a province to the auditor of one of its wards', async (method) => {
    const answer = asksAbout(hcmc, await stage.as(wardAuditor))[method]();
    if (method !== 'listChains') await expect(answer).rejects.toMatchObject({ reason: 'UNIT_FOREIGN' });
    else expect(await answer).toMatchObject({ chains: [{ unit: vungTau }] });
  });

  test.each(methods)('of %s to who is neither auditor nor administrator', async (method) => {
    await expect(asksAbout(hcmc, await stage.as(operator))[method]()).rejects.toMatchObject({ reason: 'ROLE_MISSING' });
  });

  test.each(methods)('of %s without a token', async (method) => {
    await expect(asksAbout(hcmc, await stage.as())[method]()).rejects.toMatchObject({ reason: 'PRINCIPAL_MISSING' });
  });
});

test('bad fields are named', async () => {
  const client = await stage.as(auditor);
  const bad = { unit: { code: '79', validFrom: '1 July' } };
  const named = (fields: string[]) => ({ reason: 'REQUEST_INVALID', violations: fields.map((field) => ({ field })) });
  await expect(client.listActs(listing(bad))).rejects.toMatchObject(named(['unit']));
  await expect(client.verifyChain({ unit: undefined })).rejects.toMatchObject(named(['unit']));
  await expect(client.listActs(listing({ subject: 'x'.repeat(301), object: 'y'.repeat(301) }))).rejects.toMatchObject(
    named(['subject', 'object']),
  );
  await expect(allOf(client.readChain({ unit: hcmc, fromIndex: -1n }))).rejects.toMatchObject(named(['from_index']));
  await expect(client.listActs(listing({ pageSize: -1, pageToken: '!' }))).rejects.toMatchObject(
    named(['page_size', 'page_token']),
  );
});
