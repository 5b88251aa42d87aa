import { isDate } from '../file/fields.ts';
import type { Findings } from '../file/findings.ts';
import { clean } from '../file/row.ts';
import { country, countryKey, kindAndName, REFORM } from './country.ts';
import type { Days, Entry } from './entry.ts';
import { isArray, textIn } from './json.ts';
import type { Level, UnitKey } from './unit.ts';

/** Code of a province before the reform to its code after it. */
export type Mergers = ReadonlyMap<string, string>;

const tiers: readonly { readonly level: Level; readonly id: string; readonly below: string }[] = [
  { level: 'province', id: 'level1_id', below: 'level2s' },
  { level: 'district', id: 'level2_id', below: 'level3s' },
  { level: 'commune', id: 'level3_id', below: '' },
];

/**
 * Provinces, their districts and communes until the reform, as the public dvhcvn writes them, under the country. What
 * became of provinces is known; districts and communes were divided anew, and go by their province.
 */
export function readCountry63(json: unknown, days: Days, mergers: Mergers, findings: Findings): Entry[] {
  const provinces = (json as { data?: unknown } | null)?.data;
  if (!isArray(provinces)) {
    findings.error(0, '', 'NOT_UNITS', 'the file has no list "data" of provinces');
    return [];
  }
  const { validTo } = days;
  const validFrom = days.validFrom || dataDay(json);
  if (!isDate(validFrom)) findings.error(0, 'data_date', 'DATE_INVALID', 'the file does not say of which day it is');
  const entries: Entry[] = [{ line: 0, record: country }];
  let line = 0;
  const add = (unit: unknown, depth: number, parent: UnitKey): void => {
    line += 1;
    const tier = tiers[depth] as (typeof tiers)[number];
    const [code, name] = [textIn(unit, tier.id), clean(textIn(unit, 'name'))];
    if (!/^\d{1,8}$/.test(code) || name === '') {
      findings.error(line, '', 'NOT_A_UNIT', `number ${line} of the file has no ${tier.id} or name`);
      return;
    }
    const { kind, displayName } = kindAndName(name);
    const merged = tier.level === 'province' && validTo === REFORM ? mergers.get(code) : undefined;
    const record = {
      ...{ code, validFrom, validTo, level: tier.level, displayName, englishName: '', parent },
      kind: kind || clean(textIn(unit, 'type')).toLowerCase(),
      successors: merged ? [{ code: merged, validFrom: REFORM }] : [],
    };
    entries.push({ line, record });
    const below = tier.below && (unit as Record<string, unknown>)[tier.below];
    if (isArray(below)) for (const each of below) add(each, depth + 1, { code, validFrom });
  };
  for (const province of provinces) add(province, 0, countryKey);
  return entries;
}

/** Written DD/MM/YYYY. */
function dataDay(json: unknown): string {
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(textIn(json, 'data_date')) ?? [];
  return year ? `${year}-${month}-${day}` : '';
}
