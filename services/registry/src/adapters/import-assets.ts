import type { Clock } from '@giaolo/chassis/clock';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import {
  ImportAssetsHeader_Format as Format,
  type ImportAssetsHeader,
  type ImportAssetsRequest,
  type ImportAssetsResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { isInService } from '../asset/asset.ts';
import { judgeAssets } from '../asset/judge-assets.ts';
import type { AssetKind } from '../asset/kinds.ts';
import { lotsOf, type Plan, planAssets, planLots, type Step } from '../asset/plan.ts';
import type { AssetEntry } from '../asset/read-assets.ts';
import { Findings } from '../file/findings.ts';
import type { UnitKey } from '../unit/unit.ts';
import type { AssetIndex } from './asset-index.ts';
import { localDay } from './local-day.ts';
import { aUnit, unitKey } from './names.ts';
import { readAssetFile } from './read-asset-file.ts';
import { receiveFile } from './receive-file.ts';
import { fileInvalid } from './refused.ts';
import { rightsKnow } from './rights-know.ts';
import { Snapshot } from './snapshot.ts';
import type { Assets, Units } from './stores.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { readKind } from './wire-asset.ts';
import { type Difference, importAnswer } from './wire-import.ts';
import { writeSteps } from './write-steps.ts';

export interface ImportRing {
  readonly assets: Assets;
  readonly index: AssetIndex;
  readonly units: Units;
  readonly directory: UnitDirectory;
  readonly clock: Clock;
}

interface Import {
  readonly kind: AssetKind;
  readonly unit: UnitKey;
  readonly header: ImportAssetsHeader;
}

const MOST_ASSUMED = 10_000;
const MOST_COLUMNS = 50;

/** Takes a file of assets of one kind in one unit, judges it as a whole, and registers what it adds and changes. */
export const importAssets =
  (ring: ImportRing) =>
  async (requests: AsyncIterable<ImportAssetsRequest>, call: Call): Promise<ImportAssetsResponse> => {
    const { header, bytes } = await receiveFile(requests, (header: ImportAssetsHeader) => {
      demandHeader(header);
      call.rights.require(unitKey(header.unit as UnitKey));
    });
    const task = { kind: readKind(header.kind) as AssetKind, unit: unitKey(header.unit as UnitKey), header };
    const findings = new Findings();
    const read = readAssetFile(bytes, header, task, findings);
    // A row that cannot be read is not missing.
    const missing = findings.refuse ? [] : missingFrom(read, task, ring);
    const snapshot = await Snapshot.of(ring.assets, ring.index, {
      kind: task.kind,
      entries: read,
      retired: header.retireMissing ? missing : [],
    });
    const entries = await judge(read, task, snapshot, ring, findings);
    if (findings.refuse && !header.dryRun) throw fileInvalid(findings);

    const sound = entries.filter(({ line }) => !findings.isFaulty(line));
    const { steps, unchanged } = await plan(sound, task.kind, snapshot);
    const write = (some: readonly Step[]) =>
      header.dryRun ? undefined : writeSteps(ring.assets, some, localDay(ring.clock.now()), header.requestId, call);
    // Nothing is written unless all of it may be: also what comes from another unit, or goes to a lot of one.
    for (const step of steps) {
      const registered = snapshot.get(step.name);
      if (!registered || !call.rights.refusal(registered.unit)) continue;
      // Refused there, it leaves an audit record.
      await write([step]);
      call.rights.require(registered.unit);
    }
    if (!header.dryRun)
      await rightsKnow(
        steps.flatMap((step) => (step.kind === 'add' ? step.asset.unit : [])),
        call,
      );
    await write(steps);
    const left = header.retireMissing ? [] : missing.map((name): Difference => ({ name, kind: 'missing' }));
    return importAnswer([...steps.map(difference), ...left], unchanged, findings);
  };

function demandHeader({ requestId, kind, format, unit, columns, dryRun, assumed }: ImportAssetsHeader): void {
  demand({
    'header.request_id': aRequestId(requestId),
    'header.kind': [readKind(kind) !== undefined, 'must be one of the kinds'],
    'header.format': [format !== Format.FORMAT_UNSPECIFIED, 'must be one of the formats'],
    'header.unit': aUnit(unit),
    'header.columns': [Object.keys(columns).length <= MOST_COLUMNS, `must be at most ${MOST_COLUMNS}`],
    'header.assumed': [
      assumed.length <= (dryRun ? MOST_ASSUMED : 0),
      `must be at most ${MOST_ASSUMED}, and only in a dry run`,
    ],
  });
}

/** What is registered of this kind in this unit, in service, and not in the file. */
function missingFrom(
  entries: readonly AssetEntry[],
  { header, unit }: Import,
  { index, directory, clock }: ImportRing,
) {
  const inFile = new Set(entries.map(({ name }) => name));
  const now = clock.now();
  const missing = index
    .all()
    .filter((asset) => asset.kind === header.kind && asset.retiredOn === '' && !inFile.has(asset.name));
  return missing.flatMap((asset) => (asset.unit && directory.covers(unit, asset.unit, now) ? asset.name : []));
}

async function judge(
  read: readonly AssetEntry[],
  { unit, header }: Import,
  snapshot: Snapshot,
  { units, directory, clock }: ImportRing,
  findings: Findings,
): Promise<AssetEntry[]> {
  const now = clock.now();
  const assumed = new Set(header.assumed);
  const ofParents = read.flatMap(({ asset }) => snapshot.get(asset.parent)?.unit ?? []);
  await directory.learn(units, [unit, ...read.map(({ asset }) => asset.unit), ...ofParents]);
  const standing = (of: UnitKey) =>
    assumed.has(`units/${of.code}/${of.validFrom}`) ? 'inside' : directory.standing(of, unit, now);
  const { children } = snapshot;
  const isAssumed = (name: string) => assumed.has(name);
  const world = { today: localDay(now), standing, asset: snapshot.get, children, isAssumed };
  return judgeAssets(read, world, findings);
}

async function plan(entries: readonly AssetEntry[], kind: AssetKind, snapshot: Snapshot): Promise<Plan> {
  const { registered, retired, children } = snapshot;
  const planned = planAssets(entries, registered, retired, { children });
  if (kind !== 'bay') return planned;
  const gone = retired.flatMap((name) => snapshot.get(name) ?? []);
  const lots = await snapshot.loaded(lotsOf(entries, registered, gone));
  const inService = new Map([...lots].filter(([, lot]) => isInService(lot)));
  return { ...planned, steps: [...planned.steps, ...planLots(inService, entries, { children })] };
}

function difference(step: Step): Difference {
  if (step.kind === 'change') return { name: step.name, kind: 'changed', fields: step.fields };
  return { name: step.name, kind: step.kind === 'add' ? 'added' : 'retired' };
}
