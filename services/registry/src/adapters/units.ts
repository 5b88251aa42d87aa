import type { Clock } from '@giaolo/chassis/clock';
import { demand } from '@giaolo/chassis/demand';
import { pageOf } from '@giaolo/chassis/page';
import type {
  GetUnitRequest,
  GetUnitResponse,
  ListUnitsRequest,
  ListUnitsResponse,
} from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { isDate } from '../file/fields.ts';
import { matches, searchKey } from '../unit/search.ts';
import { keyOf, standsOn, type UnitKey } from '../unit/unit.ts';
import { localDay } from './local-day.ts';
import { aUnit, aUnitOrNone, unitKey } from './names.ts';
import { refused } from './refused.ts';
import type { Listed, UnitDirectory } from './unit-directory.ts';
import { levelMessage, unitMessage } from './wire-unit.ts';

const PAGE = { standard: 100, largest: 1_000 };
const LONGEST_QUERY = 100;
const DEEPEST = 8;

interface Ring {
  readonly directory: UnitDirectory;
  readonly clock: Clock;
}

export const getUnit =
  ({ directory }: Ring) =>
  async ({ unit }: GetUnitRequest): Promise<GetUnitResponse> => {
    demand({ unit: aUnit(unit) });
    const key = unitKey(unit as UnitKey);
    const record = directory.get(key);
    if (!record) throw refused('UNIT_UNKNOWN', { unit: keyOf(key) });
    return { unit: unitMessage(record) };
  };

export const listUnits =
  (ring: Ring) =>
  async (request: ListUnitsRequest): Promise<ListUnitsResponse> => {
    const wanted = ring.directory.all().filter(filterOf(request, ring));
    const { items, nextPageToken } = pageOf(wanted, ({ record }) => keyOf(record), request, PAGE);
    return { units: items.map(({ record }) => unitMessage(record)), nextPageToken };
  };

function filterOf({ parent, asOf, code, level, query }: ListUnitsRequest, { directory, clock }: Ring) {
  demand({
    parent: aUnitOrNone(parent),
    as_of: [asOf === '' || isDate(asOf), 'must be a day YYYY-MM-DD'],
    query: [query.length <= LONGEST_QUERY, `must be at most ${LONGEST_QUERY} characters`],
  });
  const day = asOf || localDay(clock.now());
  const words = searchKey(query);
  const above = parent && keyOf(unitKey(parent));
  const isBelow = ({ record }: Listed): boolean => {
    if (!above) return true;
    let at = record.parent;
    for (let step = 0; at && step < (words === '' ? 1 : DEEPEST); step++) {
      if (keyOf(at) === above) return true;
      at = directory.get(at)?.parent ?? null;
    }
    return false;
  };
  return (listed: Listed): boolean =>
    standsOn(listed.record, day) &&
    (code === '' || listed.record.code === code) &&
    (level === 0 || levelMessage[listed.record.level] === level) &&
    (words === '' || matches(words, listed.searchedBy)) &&
    isBelow(listed);
}
