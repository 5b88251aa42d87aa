import type { Findings } from '../file/findings.ts';
import { clean } from '../file/row.ts';
import { country, countryKey, kindAndName } from './country.ts';
import type { Days, Entry } from './entry.ts';
import { isArray, textIn } from './json.ts';
import type { Level, UnitKey } from './unit.ts';

/** Provinces and their communes, as the public vietnamese-provinces-database writes them, under the country. */
export function readCountry34(json: unknown, { validFrom, validTo }: Days, findings: Findings): Entry[] {
  if (!isArray(json)) {
    findings.error(0, '', 'NOT_UNITS', 'the file is not a list of provinces');
    return [];
  }
  const entries: Entry[] = [{ line: 0, record: country }];
  let line = 0;
  const add = (unit: unknown, level: Level, parent: UnitKey): UnitKey | undefined => {
    line += 1;
    const [code, fullName] = [textIn(unit, 'Code'), clean(textIn(unit, 'FullName'))];
    if (!/^\d{1,8}$/.test(code) || fullName === '') {
      findings.error(line, '', 'NOT_A_UNIT', `number ${line} of the file has no Code or FullName`);
      return undefined;
    }
    const englishName = clean(textIn(unit, 'FullNameEn'));
    const names = { ...kindAndName(fullName), englishName };
    entries.push({ line, record: { code, validFrom, validTo, level, ...names, parent, successors: [] } });
    return { code, validFrom };
  };
  for (const province of json) {
    const key = add(province, 'province', countryKey);
    const wards = (province as { Wards?: unknown } | null)?.Wards;
    if (key && isArray(wards)) for (const ward of wards) add(ward, 'commune', key);
    else findings.error(line, 'Wards', 'NOT_A_UNIT', 'a province without a list of communes');
  }
  return entries;
}
