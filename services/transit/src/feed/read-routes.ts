import type { Findings } from './notice.ts';
import { openTable } from './table.ts';
import type { Agency, Route } from './timetable-data.ts';
import { Ids, ownCopy, parseCount } from './values.ts';
import type { FeedZip } from './zip.ts';

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
  const [id, agency, type, color] = table.columns('route_id', 'agency_id', 'route_type', 'route_color');
  const [short, long] = table.columns('route_short_name', 'route_long_name');
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
      color: hexColor(cell(color)),
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

/** Some feeds write colours as in CSS; what is no colour is left out. */
const hexColor = (text: string): string => /^#?([0-9a-f]{6})$/i.exec(text)?.[1] ?? '';
