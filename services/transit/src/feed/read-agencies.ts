import type { Findings } from './notice.ts';
import { openTable } from './table.ts';
import type { Agency } from './timetable-data.ts';
import { ownCopy } from './values.ts';
import type { FeedZip } from './zip.ts';

export interface Agencies {
  readonly agencies: Agency[];
  readonly timeZone: string;
}

/** agency.txt; all agencies of a feed share one time zone. */
export async function readAgencies(zip: FeedZip, { errors, warnings }: Findings): Promise<Agencies> {
  const agencies: Agency[] = [];
  let timeZone = '';
  const file = 'agency.txt';
  const table = await openTable(zip, file, ['agency_name', 'agency_url', 'agency_timezone'], errors);
  if (!table) return { agencies, timeZone };
  const [id, name, zone] = table.columns('agency_id', 'agency_name', 'agency_timezone');
  const rows = new Map<string, string>();
  await table.each((row, line) => {
    const agency = { agencyId: ownCopy(row[id] ?? ''), name: ownCopy(row[name] ?? '') };
    const other = rows.get(agency.agencyId);
    if (other === row.join()) return warnings.add(file, line, '', 'ROW_REPEATED', 'the row is there twice');
    if (other !== undefined)
      errors.add(file, line, 'agency_id', 'KEY_DUPLICATE', `a second agency "${agency.agencyId}"`);
    rows.set(agency.agencyId, row.join());
    if (agency.name === '') errors.add(file, line, 'agency_name', 'VALUE_MISSING', 'agency_name is empty');
    agencies.push(agency);
    const problem = zoneProblem(row[zone]?.trim() ?? '', timeZone);
    if (problem) errors.add(file, line, 'agency_timezone', ...problem);
    else timeZone = ownCopy(row[zone] ?? '');
  });
  if (agencies.length === 0) errors.add(file, 0, '', 'FILE_EMPTY', 'the feed names no agency');
  return { agencies, timeZone };
}

function zoneProblem(zone: string, zoneOfOthers: string): [string, string] | undefined {
  if (zone === '') return ['VALUE_MISSING', 'agency_timezone is empty'];
  if (zoneOfOthers !== '' && zone !== zoneOfOthers)
    return ['TIME_ZONE_DIFFERENT', `${zone}, but another agency has ${zoneOfOthers}`];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return ['TIME_ZONE_UNKNOWN', `"${zone}" is no IANA time zone`];
  }
}
