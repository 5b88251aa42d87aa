import type { NetworkIndex } from '../domain/network-index.ts';
import type { Selection } from '../domain/selection.ts';
import type { Format } from '../i18n/format.ts';
import type { LinkState } from '../live/link.ts';
import type { LiveState } from '../live/live-state.ts';

/** All that a pane may show at one moment. */
export interface Shown {
  readonly live: LiveState;
  readonly network: NetworkIndex;
  /** The platform's clock. */
  readonly now: number;
  /** Of the header's clock, and of things that belong to no feed. */
  readonly timeZone: string;
  readonly link: LinkState;
  readonly selection: Selection | undefined;
  readonly format: Format;
}

export interface Pane {
  readonly element: HTMLElement;
  update(shown: Shown): void;
}

export type Select = (selection: Selection | undefined) => void;
