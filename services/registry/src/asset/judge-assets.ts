import type { Findings } from '../file/findings.ts';
import type { Position } from '../file/row.ts';
import type { UnitKey } from '../unit/unit.ts';
import { type Asset, isInService } from './asset.ts';
import { parentOf } from './kinds.ts';
import type { AssetEntry } from './read-assets.ts';

/** How a unit stands to the one whose assets are imported. */
export type Standing = 'inside' | 'unknown' | 'ended' | 'not yet' | 'outside';

export interface World {
  /** YYYY-MM-DD */
  readonly today: string;
  standing(unit: UnitKey): Standing;
  /** A registered asset. */
  asset(name: string): Asset | undefined;
  /** The registered assets of which it is the parent, without those that the import retires. */
  children(name: string): readonly { readonly name: string; readonly asset: Asset }[];
  /** Taken as registered, in a dry run. */
  isAssumed(name: string): boolean;
}

/** Every fact of a lot carries the ids of all its bays. */
const MOST_CHILDREN = 5_000;

/** The mainland and the islands, roughly: what lies outside was mistyped, or swapped. */
const VIET_NAM = { south: 6, north: 24, west: 102, east: 118 };

/**
 * Judges the assets of a file among themselves and against what is registered. Answers them with the places and units
 * that they take over from their parents.
 */
export function judgeAssets(entries: readonly AssetEntry[], world: World, findings: Findings): AssetEntry[] {
  const first = new Map<string, AssetEntry>();
  for (const entry of entries) {
    const earlier = first.get(entry.name);
    if (earlier) findings.error(entry.line, 'id', 'DUPLICATE', `${entry.name} stands in ${earlier.line} already`);
    else first.set(entry.name, entry);
  }
  const unique = [...first.values()];
  const whole = unique.map((entry) => judgeParent(entry, world, findings));
  for (const entry of whole) {
    const { line, asset } = entry;
    judgeUnit(entry, world, findings);
    judgePosition(line, asset.position, findings);
    // Nothing would happen on the day.
    if (asset.retiredOn > world.today)
      findings.error(line, 'retired_on', 'RETIRED_IN_FUTURE', 'can be said from that day on');
  }
  judgeSiblings(whole, world, findings);
  return whole;
}

function judgeUnit({ line, id, asset }: AssetEntry, { standing }: World, findings: Findings): void {
  const { code, validFrom } = asset.unit;
  const unit = `${code}/${validFrom}`;
  const problem = standing(asset.unit);
  if (problem === 'unknown') findings.error(line, 'unit_code', 'UNIT_UNKNOWN', `${unit} is not registered`);
  if (problem === 'outside')
    findings.error(line, 'unit_code', 'UNIT_OUTSIDE', `${unit} is not part of the unit whose assets these are`);
  if (problem === 'ended')
    findings.warn(line, 'unit_code', 'UNIT_ENDED', `${unit} has ended; rights go by what took its area over`);
  if (problem === 'not yet') findings.warn(line, 'unit_code', 'UNIT_NOT_YET', `${unit} has not begun`);
  if (code.length > 1 && id.split('-').includes(code.toLowerCase()))
    findings.warn(line, 'id', 'ID_NAMES_UNIT', 'the id seems to hold the code of the unit: ids stay, units change');
}

/** The column names the kind of the parent. */
function judgeParent(entry: AssetEntry, world: World, findings: Findings): AssetEntry {
  const { line, asset, unsaid } = entry;
  const column = parentOf[asset.details.kind]?.kind ?? '';
  const parent = asset.parent === '' ? undefined : world.asset(asset.parent);
  const isAssumed = asset.parent !== '' && !parent && world.isAssumed(asset.parent);
  if (asset.parent !== '' && !parent && !isAssumed)
    findings.error(line, column, 'PARENT_UNKNOWN', `${asset.parent} is not registered`);
  if (parent && !isInService(parent) && isInService(asset))
    findings.warn(line, column, 'PARENT_RETIRED', `${asset.parent} is out of service since ${parent.retiredOn}`);
  if (parent?.details.kind === 'lot' && parent.details.measuredBy === 'count')
    findings.warn(line, column, 'LOT_IS_COUNTED', `${asset.parent} is counted, not sensed bay by bay`);
  if (unsaid.position && asset.parent === '')
    findings.error(line, 'latitude', 'POSITION_MISSING', 'without a place it must have a parent to be at');
  if (!parent) return entry;
  const position = unsaid.position ? parent.position : asset.position;
  const unit = unsaid.unit ? parent.unit : asset.unit;
  return { ...entry, asset: { ...asset, position, unit } };
}

function judgePosition(line: number, { latitude, longitude }: Position, findings: Findings): void {
  const { south, north, west, east } = VIET_NAM;
  if (latitude === 0 && longitude === 0) return;
  if (latitude < south || latitude > north || longitude < west || longitude > east)
    findings.warn(line, 'latitude', 'OUTSIDE_VIET_NAM', `${latitude}, ${longitude} is not in Viet Nam`);
}

/** What must be different among those of one parent. */
function ordinal({ details }: Asset): readonly [column: string, value: string] | undefined {
  if (details.kind === 'bay') return ['bay_id', details.bayId];
  if (details.kind === 'signal-group') return ['number', String(details.number)];
  return undefined;
}

function judgeSiblings(entries: readonly AssetEntry[], world: World, findings: Findings): void {
  const inFile = new Set(entries.map(({ name }) => name));
  const takenIn = new Map<string, Map<string, string>>();
  for (const { line, name, asset } of entries) {
    const key = ordinal(asset);
    if (!key || !isInService(asset)) continue;
    const [column, value] = key;
    const taken = takenIn.get(asset.parent) ?? takenOutside(asset.parent, world, inFile);
    takenIn.set(asset.parent, taken);
    const by = taken.get(value);
    if (by) findings.error(line, column, 'DUPLICATE', `${by} of ${asset.parent} is ${value} too`);
    else taken.set(value, name);
    if (taken.size > MOST_CHILDREN)
      findings.error(line, column, 'TOO_MANY', `${asset.parent} has more than ${MOST_CHILDREN} of them`);
  }
}

/** By registered assets that the file does not speak of. */
function takenOutside(parent: string, world: World, inFile: ReadonlySet<string>): Map<string, string> {
  const taken = new Map<string, string>();
  for (const { name, asset } of world.children(parent)) {
    const key = ordinal(asset);
    if (key && isInService(asset) && !inFile.has(name)) taken.set(key[1], name);
  }
  return taken;
}
