import { randomUUID } from 'node:crypto';
import { ServiceError } from '@giaolo/chassis/errors';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import type { Upload } from '@giaolo/chassis/grpc/client-stream';
import type { Unit } from '@giaolo/chassis/principal';
import { Trouble } from '@giaolo/local/trouble';
import type { ImportDifference, ImportFinding, ImportSummary } from '@giaolo/proto/giaolo/registry/v1/import';
import type { RegistryServiceClient } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import type { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { FeedRefused, feedName, importFeed, readTimetable } from '../recording/feed.ts';
import type { CityFile } from './files.ts';

/** What an import said of a file. */
export interface Told {
  readonly file: string;
  /** Absent of a schedule. */
  readonly summary?: ImportSummary | undefined;
  readonly differences: readonly ImportDifference[];
  readonly findings: readonly ImportFinding[];
  /** Of a file that is not taken, beyond its findings. */
  readonly refused?: string;
  /** Of a schedule: what it holds. */
  readonly note?: string;
}

export interface Platform {
  readonly registry: ClientOf<(typeof RegistryServiceClient)['service']>;
  readonly transit: ClientOf<(typeof TransitServiceClient)['service']>;
}

export interface Wish {
  readonly unit: Unit;
  readonly dryRun: boolean;
  readonly retireMissing: boolean;
  /** Of a dry run: names that files before this one will register. */
  readonly assumed: readonly string[];
}

const CHUNK_BYTES = 512 * 1024;
const WITHIN_MS = 300_000;

/** Throws a Trouble where the platform does not answer, or does not let the caller. */
export async function importFile(platform: Platform, file: CityFile, wish: Wish): Promise<Told> {
  try {
    return file.of === 'feed' ? await importSchedule(platform, file, wish) : await importRows(platform, file, wish);
  } catch (error) {
    const told = { file: file.name, differences: [], findings: [] };
    if (error instanceof FeedRefused) return { ...told, refused: error.message };
    if (!(error instanceof ServiceError)) throw error;
    if (error.reason !== 'FILE_INVALID')
      throw new Trouble(`${file.name}: ${error.message} (${error.reason || error.code})`);
    const lines = error.violations.map(({ field, description }) => `  ${field}: ${description}`);
    return { ...told, refused: ['the file is refused:', ...lines].join('\n') };
  }
}

async function importRows({ registry }: Platform, file: Exclude<CityFile, { of: 'feed' }>, wish: Wish): Promise<Told> {
  const options = { signal: AbortSignal.timeout(WITHIN_MS) };
  const requestId = randomUUID();
  const { unit, dryRun, retireMissing, assumed } = wish;
  const { name, bytes, format } = file;
  if (file.of === 'units') {
    const header = { requestId, format: file.format, validFrom: '', validTo: '', dryRun };
    return { file: name, ...(await send(registry.importUnits(options), header, bytes)) };
  }
  const layout = { requestId, kind: file.kind, format: format as typeof file.format, columns: { ...file.columns } };
  const header = { ...layout, unit, dryRun, retireMissing, assumed: dryRun ? [...assumed] : [] };
  return { file: name, ...(await send(registry.importAssets(options), header, bytes)) };
}

type Part<Header> = { part: { $case: 'header'; value: Header } | { $case: 'chunk'; value: Buffer } };

async function send<Header, Response>(upload: Upload<Part<Header>, Response>, header: Header, bytes: Buffer) {
  await upload.send({ part: { $case: 'header', value: header } });
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    await upload.send({ part: { $case: 'chunk', value: bytes.subarray(at, at + CHUNK_BYTES) } });
  return upload.end();
}

/** The platform has no dry run of a schedule: it is read here. */
async function importSchedule({ transit }: Platform, { name, bytes }: CityFile, { dryRun }: Wish): Promise<Told> {
  const told = { file: name, differences: [], findings: [] };
  if (dryRun) {
    await readTimetable(bytes);
    return { ...told, note: 'can be read' };
  }
  const { feed, warnings } = await importFeed(transit, feedName(name), bytes, AbortSignal.timeout(WITHIN_MS));
  const note = `${feed?.name} is in force: ${feed?.routeCount} routes, ${feed?.tripCount} trips, ${warnings.length} warnings`;
  return { ...told, note };
}
