import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@giaolo/local/places';
import { nodeProgram } from '@giaolo/local/platform';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { auditor, hcmc, vungTau } from '../../services/audit/test/people.ts';
import { Stage } from '../../services/audit/test/stage.ts';
import { type AuditClient, actsOf, anchorsOf, chainsOf, linksOf } from './chains.ts';
import { anchorJson, linkJson, readAnchors, writeLines } from './files.ts';
import { actLine, chainLine } from './lines.ts';
import { type Told, verifyFile, verifyService } from './verify.ts';

const stage = new Stage();
const dir = mkdtempSync(join(tmpdir(), 'auditing-'));
const [chain, kept, changed] = ['chain.jsonl', 'anchors.jsonl', 'changed.jsonl'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
];
let client: AuditClient;
let head = '';

/** Long enough ago that its anchors count. */
const LINKS = 1_234;

beforeAll(async () => {
  await stage.open();
  await stage.recorded(...Array.from({ length: LINKS }, (_, i) => ({ unit: hcmc, object: `lots/${i}` })));
  await stage.recorded({ unit: vungTau });
  stage.now += 60_000;
  for (const unit of ['79', '26506']) await stage.audit.onDue(`chains/${unit}/2025-07-01`);
  await stage.bus.settled();
  client = await stage.as(auditor);
  head = stage.links(hcmc).at(-1)?.hash.toString('hex') ?? '';
  const links = async function* () {
    for await (const link of linksOf(client, hcmc)) yield linkJson(link);
  };
  expect(await writeLines(chain, links())).toBe(LINKS);
  expect(await writeLines(kept, (await anchorsOf(client, hcmc)).map(anchorJson))).toBe(2);
});
afterAll(async () => {
  await stage.close();
  rmSync(dir, { recursive: true });
});

async function told(all: AsyncIterable<Told>): Promise<Told[]> {
  const lines: Told[] = [];
  for await (const each of all) lines.push(each);
  return lines;
}

const lines = () => readFileSync(chain, 'utf8').trimEnd().split('\n');

test('all chains of a service are verified, each from its links and its anchors', async () => {
  expect(await told(verifyService(client, undefined, []))).toEqual([
    {
      line: expect.stringMatching(/^26506\/2025-07-01 {2}1 link sound, 1 anchor agrees, head [0-9a-f]{64}$/),
      isSound: true,
    },
    { line: `79/2025-07-01  1,234 links sound, 2 anchors agree, head ${head}`, isSound: true },
  ]);
});

test('a service that has lost a part is found out, with the record that stands there', async () => {
  const own = stage.records.filter(({ key }) => key === '79/2025-07-01');
  stage.tamper = () => own.filter((_, i) => i !== 699);
  const [{ line, isSound }] = (await told(verifyService(client, hcmc, []))) as [Told];
  stage.tamper = (records) => records;
  expect(isSound).toBe(false);
  expect(line).toBe(
    '79/2025-07-01  BROKEN: link 700: it is missing, a later one stands in its place ' +
      `(LINK_MISSING, audit.chain.extended.v1, partition 0, ${own[700]?.offset}); before it 699 links sound`,
  );
});

test('a service that has lost the anchors too is found out by those that were kept', async () => {
  const short = { ...client, listAnchors: async () => ({ anchors: [], nextPageToken: '' }) };
  stage.tamper = (records) => records.filter(({ key }) => key === '79/2025-07-01').slice(0, 1_100);
  expect(await told(verifyService(short, hcmc, []))).toMatchObject([{ isSound: true }]);
  const [{ line }] = (await told(verifyService(short, hcmc, await readAnchors(kept)))) as [Told];
  stage.tamper = (records) => records;
  expect(line).toContain(
    'link 1,101: it is missing, the chain was longer once (CUT_SHORT); before it 1,100 links sound',
  );
});

describe('an export', () => {
  test('is verified anywhere, and against anchors that were kept', async () => {
    expect((await verifyFile(chain, undefined, await readAnchors(kept))).line).toBe(
      `79/2025-07-01  1,234 links sound, 2 anchors agree, head ${head}`,
    );
  });

  test.each<[string, (all: string[]) => string[], string]>([
    ['with a link changed', (all) => all.with(16, swapAct(all[16] as string)), 'link 17: .*ALTERED, line 17'],
    ['with a link left out', (all) => all.toSpliced(16, 1), 'link 17: .*LINK_MISSING, line 17'],
    ['with a link twice', (all) => all.toSpliced(17, 0, all[16] as string), 'link 18: .*LINK_REPEATED, line 18'],
    ['that ends too early', (all) => all.slice(0, -1), 'link 1,234: .*CUT_SHORT'],
    ['of another unit', (all) => all.map((line) => line.replace('"79"', '"80"')), 'link 1: .*ALTERED, line 1'],
  ])('%s is found out', async (_, change, found) => {
    writeFileSync(changed, `${change(lines()).join('\n')}\n`);
    const { line, isSound } = await verifyFile(changed, hcmc, await readAnchors(kept));
    expect(isSound).toBe(false);
    expect(line).toMatch(new RegExp(`^79/2025-07-01 {2}BROKEN: ${found}`));
  });

  test('what people read beside the bytes is not what counts', async () => {
    writeFileSync(
      changed,
      lines()
        .map((line) => line.replace('lots/7"', 'lots/8"'))
        .join('\n'),
    );
    expect((await verifyFile(changed, hcmc, [])).isSound).toBe(true);
  });

  test('that is none is named by its line', async () => {
    writeFileSync(changed, `${lines()[0]}\nno json\n`);
    await expect(verifyFile(changed, undefined, [])).rejects.toThrow('changed.jsonl, line 2, is no line of an export');
    await expect(verifyFile(join(dir, 'none'), undefined, [])).rejects.toThrow('cannot be read');
    writeFileSync(changed, '');
    await expect(verifyFile(changed, undefined, [])).rejects.toThrow('does not say whose chain it is');
  });
});

/** Another act under the same hash. */
function swapAct(line: string): string {
  const link = JSON.parse(line);
  return JSON.stringify({ ...link, act: Buffer.from('forged').toString('base64') });
}

test('acts and chains are told in a line each', async () => {
  const request = { unit: hcmc, includeSubunits: false, subject: '', object: '', method: '', outcome: 0 as const };
  const wanted = { ...request, pageSize: 0, pageToken: '', fromTime: undefined, toTime: undefined };
  const acts = await actsOf(client, wanted, 600);
  expect(acts).toHaveLength(600);
  expect(actLine(acts[0] as (typeof acts)[number])).toBe(
    '2026-02-16T12:00:00.000Z  79/2025-07-01#1234  user:operator  giaolo.parking.v1.ParkingService/OpenLot  ' +
      'lots/1233@1  accepted',
  );
  const [, hcmcChain] = await chainsOf(client, undefined);
  expect(chainLine(hcmcChain as NonNullable<typeof hcmcChain>)).toBe(
    `79/2025-07-01  1,234 links  head ${head}  anchored at 1,234`,
  );
  await expect(chainsOf(client, { code: '99', validFrom: '2025-07-01' })).rejects.toThrow('there is no chain of 99');
});

describe('the command', () => {
  const tokenFile = join(dir, 'token');
  const audit = async (...given: string[]) => {
    writeFileSync(tokenFile, await stage.token(auditor));
    const { NODE_OPTIONS: _, ...env } = process.env;
    const service = ['--address', stage.address, '--token-file', tokenFile];
    const all = [join(root, 'scripts/audit.ts'), ...given, ...service];
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(nodeProgram, all, { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  };

  test('verifies, exports, lists and says by its exit code whether all is sound', async () => {
    expect(await audit('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('1,234 links sound') });
    stage.tamper = (records) => records.slice(1);
    const { code, stdout } = await audit('verify', '--unit', '79/2025-07-01');
    stage.tamper = (records) => records;
    expect([code, stdout]).toEqual([1, expect.stringContaining('BROKEN: link 1: ')]);
    const again = join(dir, 'again.jsonl');
    expect((await audit('export', '--unit', '79/2025-07-01', '--out', again)).stdout).toContain('1,234 links are in');
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(chain, 'utf8'));
    expect((await audit('anchors')).stdout.trim().split('\n')).toHaveLength(3);
    expect((await audit('chains')).stdout.trim().split('\n')).toHaveLength(2);
    expect((await audit('list', '--last', '3', '--object', 'lots/')).stdout.trim().split('\n')).toHaveLength(3);
    expect((await audit('list', '--denied')).stdout).toBe('');
  });

  test('says what it did not understand', async () => {
    expect(await audit('export')).toMatchObject({ code: 1, stderr: expect.stringContaining('needs --unit and --out') });
    const unknown = await audit('export', '--unit', '01/2025-07-01', '--out', join(dir, 'none.jsonl'));
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/^[^\n]*UNIT_FOREIGN[^\n]*\n$/) });
    expect(await audit('look')).toMatchObject({ code: 1, stderr: expect.stringContaining('say one of verify,') });
    expect(await audit('list', '--unit', '79')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--unit takes'),
    });
  });
});
