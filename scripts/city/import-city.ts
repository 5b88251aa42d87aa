import {
  ImportDifference_Kind as Kind,
  ImportFinding_Severity as Severity,
} from '@giaolo/proto/giaolo/registry/v1/import';
import type { CityFile } from './files.ts';
import { importFile, type Platform, type Told, type Wish } from './import-file.ts';

const MOST_ASSUMED = 10_000;

export interface CityWish extends Pick<Wish, 'unit' | 'dryRun' | 'retireMissing'> {
  /** Hears of each file as it is done. */
  readonly tell: (told: Told) => void;
}

/** Refused: a file holds errors, and nothing of any was written. Broken off: a file that was sound is not any more. */
export type CityOutcome = 'taken' | 'refused' | 'broken off';

export async function importCity(platform: Platform, files: readonly CityFile[], wish: CityWish): Promise<CityOutcome> {
  const dry: Told[] = [];
  const assumed: string[] = [];
  for (const file of files) {
    const told = await importFile(platform, file, { ...wish, dryRun: true, assumed: assumed.slice(0, MOST_ASSUMED) });
    for (const { name, kind } of told.differences) if (kind === Kind.KIND_ADDED) assumed.push(name);
    dry.push(told);
  }
  const refused = dry.some(isRefused);
  if (refused || wish.dryRun) {
    dry.forEach(wish.tell);
    return refused ? 'refused' : 'taken';
  }
  for (const file of files) {
    const told = await importFile(platform, file, { ...wish, assumed: [] });
    wish.tell(told);
    if (isRefused(told)) return 'broken off';
  }
  return 'taken';
}

const isRefused = ({ refused, findings }: Told): boolean =>
  refused !== undefined || findings.some(({ severity }) => severity === Severity.SEVERITY_ERROR);
