import type { Punctuality } from '../domain/punctuality.ts';
import { FILL_VARIABLE } from './shapes.ts';

/** The page's colours, read from its style sheet, for what is drawn by hand. */
export interface Palette {
  readonly ground: string;
  readonly graticule: string;
  readonly muted: string;
  readonly text: string;
  readonly ink: string;
  readonly route: string;
  readonly stale: string;
  readonly lot: string;
  readonly lotGround: string;
  readonly fill: Readonly<Record<Punctuality, string>>;
  readonly font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const fill = Object.fromEntries(Object.entries(FILL_VARIABLE).map(([key, name]) => [key, read(name)]));
  return {
    ground: read('--ground'),
    graticule: read('--graticule'),
    muted: read('--muted'),
    text: read('--text'),
    ink: read('--ink'),
    route: read('--route'),
    stale: read('--stale'),
    lot: read('--lot'),
    lotGround: read('--lot-ground'),
    fill: fill as Record<Punctuality, string>,
    font: read('--font'),
  };
}
