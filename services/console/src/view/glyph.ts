import type { Freshness } from '../domain/freshness.ts';
import type { Punctuality } from '../domain/punctuality.ts';
import { BODY } from '../map/shapes.ts';
import { h, setAttribute, setText, svg } from './dom.ts';

/** A vehicle's mark, as the map draws it. */
export class VehicleGlyph {
  readonly element = svg('svg', { class: 'glyph', viewBox: '-13 -13 26 26', 'aria-hidden': 'true' });
  readonly #body = svg('path');
  readonly #text = svg('text', { y: 4, 'text-anchor': 'middle' });

  constructor() {
    this.element.append(this.#body, this.#text);
  }

  update(punctuality: Punctuality, freshness: Freshness, text: string): void {
    setAttribute(this.element, 'data-punctuality', punctuality);
    setAttribute(this.element, 'data-freshness', freshness);
    setAttribute(this.#body, 'd', BODY[punctuality]);
    setText(this.#text, punctuality === 'unplaced' ? '?' : text);
  }
}

/** A car park's mark: a square filled from below as it fills, hatched when nothing is known. */
export class LotGlyph {
  readonly element = h('span', { class: 'lot-glyph', 'aria-hidden': 'true' });
  readonly #level = h('span', { class: 'lot-glyph-level' });
  readonly #text = h('span', { class: 'lot-glyph-text' });

  constructor() {
    this.element.append(this.#level, this.#text);
  }

  /** `filled` from 0 to 1, undefined = unknown. */
  update(filled: number | undefined, freshness: Freshness, text: string): void {
    setAttribute(this.element, 'data-freshness', freshness);
    this.#level.style.height = `${Math.round((filled ?? 0) * 100)}%`;
    setText(this.#text, text);
  }
}
