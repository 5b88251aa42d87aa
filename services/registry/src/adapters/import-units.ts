import { readFileSync } from 'node:fs';
import { aRequestId, demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { COUNTRY } from '@giaolo/chassis/principal';
import {
  ImportUnitsHeader_Format as Format,
  type ImportUnitsHeader,
  type ImportUnitsRequest,
  type ImportUnitsResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { csvTable } from '../file/csv-table.ts';
import { isDate } from '../file/fields.ts';
import { Findings } from '../file/findings.ts';
import { noTable } from '../file/row.ts';
import { REFORM } from '../unit/country.ts';
import type { Entry } from '../unit/entry.ts';
import { judgeUnits } from '../unit/judge-units.ts';
import { readCountry34 } from '../unit/read-country-34.ts';
import { type Mergers, readCountry63 } from '../unit/read-country-63.ts';
import { readUnitsCsv } from '../unit/read-csv.ts';
import { registerUnit } from '../unit/register-unit.ts';
import { columnsOf, keyOf, type UnitRecord } from '../unit/unit.ts';
import { decodeText, splitCsv } from './csv.ts';
import { inParallel } from './in-parallel.ts';
import { parseJson } from './json.ts';
import { receiveFile } from './receive-file.ts';
import { fileInvalid } from './refused.ts';
import type { Units } from './stores.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { type Difference, importAnswer } from './wire-import.ts';

interface Ring {
  readonly units: Units;
  readonly directory: UnitDirectory;
}

/** Takes a file of units, judges it as a whole, and registers what it adds and changes. */
export const importUnits =
  ({ units, directory }: Ring) =>
  async (requests: AsyncIterable<ImportUnitsRequest>, call: Call): Promise<ImportUnitsResponse> => {
    const { header, bytes } = await receiveFile(requests, (header: ImportUnitsHeader) => {
      demandHeader(header);
      call.rights.require(COUNTRY);
    });
    const findings = new Findings();
    const entries = readUnits(header, bytes, findings);
    await directory.learn(
      units,
      entries.flatMap(({ record }) => namedIn(record)),
    );
    judgeUnits(entries, directory, findings);
    if (findings.refuse && !header.dryRun) throw fileInvalid(findings);

    const { news, differences, unchanged } = compare(entries, directory, findings);
    if (!header.dryRun) {
      const { principal, rights: authority, method, traceparent, signal } = call;
      const caller = { principal, authority, createsIn: COUNTRY, method, traceparent, signal };
      await inParallel(news, async (record) => {
        await units.handle(keyOf(record), registerUnit, record, caller, () => null);
        directory.put(record);
      });
    }
    return importAnswer(differences, unchanged, findings);
  };

function demandHeader({ requestId, format, validFrom, validTo }: ImportUnitsHeader): void {
  demand({
    'header.request_id': aRequestId(requestId),
    'header.format': [format !== Format.FORMAT_UNSPECIFIED, 'must be one of the formats'],
    'header.valid_from': [validFrom === '' || isDate(validFrom), 'must be a day YYYY-MM-DD'],
    'header.valid_to': [validTo === '' || isDate(validTo), 'must be a day YYYY-MM-DD'],
  });
}

function readUnits({ format, validFrom, validTo }: ImportUnitsHeader, bytes: Buffer, findings: Findings): Entry[] {
  const text = decodeText(bytes, findings) ?? '';
  if (findings.refuse) return [];
  if (format === Format.FORMAT_CSV) {
    const lines = splitCsv(text, findings);
    return readUnitsCsv(findings.refuse ? noTable : csvTable(lines, findings), findings);
  }
  const json = parseJson(text, findings);
  if (findings.refuse) return [];
  if (format === Format.FORMAT_COUNTRY_34_JSON)
    return readCountry34(json, { validFrom: validFrom || REFORM, validTo }, findings);
  return readCountry63(json, { validFrom, validTo: validTo || REFORM }, mergers(), findings);
}

const namedIn = ({ code, validFrom, parent, successors }: UnitRecord) => [
  { code, validFrom },
  ...(parent ? [parent] : []),
  ...successors,
];

function compare(entries: readonly Entry[], directory: UnitDirectory, findings: Findings) {
  const news: UnitRecord[] = [];
  const differences: Difference[] = [];
  let unchanged = 0;
  for (const { line, record } of entries) {
    if (findings.isFaulty(line)) continue;
    const name = `units/${keyOf(record)}`;
    const known = directory.get(record);
    const before = known && new Map(columnsOf(known));
    const fields = columnsOf(record).flatMap(([field, after]) => {
      const was = before?.get(field) ?? '';
      return was === after ? [] : [{ field, before: was, after }];
    });
    if (known && fields.length === 0) {
      unchanged += 1;
      continue;
    }
    news.push(record);
    differences.push(known ? { name, kind: 'changed', fields } : { name, kind: 'added' });
  }
  return { news, differences, unchanged };
}

/** What became of the provinces on 1 July 2025, by Resolution 202/2025/QH15. */
export function mergers(): Mergers {
  const file = new URL('../../data/province-mergers-2025.csv', import.meta.url);
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split(',')).map(([code = '', , successor = '']) => [code, successor]));
}
