import type { Findings } from './notice.ts';
import { openTable } from './table.ts';
import type { Agency, Route } from './timetable-data.ts';
import { Ids, ownCopy, parseCount } from './values.ts';
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

export interface Routes {
  readonly ids: Ids;
  readonly routes: Route[];
}

/** routes.txt */
export async function readRoutes(zip: FeedZip, agencies: readonly Agency[], findings: Findings): Promise<Routes> {
  const { errors, warnings } = findings;
  const ids = new Ids();
  const routes: Route[] = [];
  const file = 'routes.txt';
  const table = await openTable(zip, file, ['route_id', 'route_type'], errors);
  if (!table) return { ids, routes };
  const [id, agency, short, long, type, color] = table.columns(
    'route_id',
    'agency_id',
    'route_short_name',
    'route_long_name',
    'route_type',
    'route_color',
  );
  const agencyIds = new Set(agencies.map(({ agencyId }) => agencyId));
  const names = new Map<string, string>();

  await table.each((row, line) => {
    const cell = (column: number) => ownCopy(row[column] ?? '');
    const route: Route = {
      routeId: cell(id),
      agencyId: cell(agency) || (agencies.length === 1 ? (agencies[0]?.agencyId ?? '') : ''),
      shortName: cell(short),
      longName: cell(long),
      type: parseCount(row[type] ?? '') ?? -1,
      color: cell(color),
    };
    if (route.routeId === '') return errors.add(file, line, 'route_id', 'VALUE_MISSING', 'route_id is empty');
    if (ids.add(route.routeId) < 0)
      return errors.add(file, line, 'route_id', 'KEY_DUPLICATE', `a second route "${route.routeId}"`);
    routes.push(route);
    if (agencies.length > 0 && !agencyIds.has(route.agencyId))
      errors.add(file, line, 'agency_id', 'AGENCY_UNKNOWN', `no agency "${route.agencyId}" in agency.txt`);
    if (!isRouteType(route.type))
      errors.add(file, line, 'route_type', 'ROUTE_TYPE_INVALID', `"${row[type] ?? ''}" is no route_type of GTFS`);
    checkNames(route, names, (code, message) => warnings.add(file, line, 'route_long_name', code, message));
  });
  if (routes.length === 0 && errors.isEmpty) errors.add(file, 0, '', 'FILE_EMPTY', 'the feed has no routes');
  return { ids, routes };
}

function checkNames(route: Route, names: Map<string, string>, warn: (code: string, message: string) => void): void {
  const key = [route.agencyId, route.type, route.shortName, route.longName].join('\n');
  const other = names.get(key);
  if (route.shortName === '' && route.longName === '') warn('NAME_MISSING', `route "${route.routeId}" has no name`);
  else if (other === undefined) names.set(key, route.routeId);
  else warn('ROUTE_NAME_REPEATED', `route "${route.routeId}" has the name of route "${other}"`);
}

// 0-7, 11, 12, and the extended types (100-1799), which consumers take as well.
const isRouteType = (type: number): boolean =>
  (type >= 0 && type <= 7) || type === 11 || type === 12 || (type >= 100 && type < 1800);
