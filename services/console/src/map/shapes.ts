import type { Punctuality } from '../domain/punctuality.ts';

/** Outlines around (0, 0), about 20 wide, as SVG path data: the same on the map and in lists. */
export const BODY: Readonly<Record<Punctuality, string>> = {
  'on-time': 'M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0Z',
  late: 'M-6-9h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3h-12a3 3 0 0 1-3-3v-12a3 3 0 0 1 3-3Z',
  'very-late': 'M-6.2-10.5h12.4L12 0l-5.8 10.5h-12.4L-12 0Z',
  early: 'M0-12.2L12.2 0L0 12.2L-12.2 0Z',
  unplaced: 'M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0Z',
};

/** Points north out of the body; turned to the bearing. */
export const NOSE = 'M0-19.5L7.2-7.5h-14.4Z';

export const FILL_VARIABLE: Readonly<Record<Punctuality, string>> = {
  'on-time': '--on-time',
  late: '--late',
  'very-late': '--very-late',
  early: '--early',
  unplaced: '--unplaced',
};
