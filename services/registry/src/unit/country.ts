import { COUNTRY } from '@giaolo/chassis/principal';
import type { UnitKey, UnitRecord } from './unit.ts';

/** The day on which Viet Nam went from 63 provinces with districts to 34 without. */
export const REFORM = '2025-07-01';

export const countryKey: UnitKey = { code: COUNTRY.code, validFrom: COUNTRY.validFrom };

/** The root, which files of a country's provinces do not name. */
export const country: UnitRecord = {
  ...countryKey,
  validTo: '',
  level: 'country',
  kind: 'nước',
  displayName: 'Việt Nam',
  englishName: 'Viet Nam',
  parent: null,
  successors: [],
};

const kinds = ['thành phố', 'thị trấn', 'thị xã', 'đặc khu', 'tỉnh', 'quận', 'huyện', 'phường', 'xã'];

/** Takes `Thị Xã Mường Lay` apart; sources write the kind in upper and lower case as it comes. */
export function kindAndName(text: string): { readonly kind: string; readonly displayName: string } {
  const lower = text.toLowerCase();
  const kind = kinds.find((each) => lower.startsWith(`${each} `)) ?? '';
  const proper = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return { kind, displayName: kind ? `${proper}${text.slice(kind.length)}` : text };
}
