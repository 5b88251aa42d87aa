import type { PageLot } from '@giaolo/gateway/page-contract';
import { ageOf } from '../domain/freshness.ts';
import { lotFilled } from '../domain/lots.ts';
import type { Format } from '../i18n/format.ts';
import { AgeMark } from './age-mark.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { LotGlyph } from './glyph.ts';
import { KeyedRows, type Row } from './keyed-rows.ts';
import { keepOneTabStop, moveByKeys } from './row-keys.ts';
import type { Pane, Select, Shown } from './shown.ts';

class LotRow implements Row<{ lot: PageLot; shown: Shown }> {
  readonly element = h('tr', { tabindex: -1 });
  readonly #glyph = new LotGlyph();
  readonly #name = h('span', { class: 'cell-main' });
  readonly #reserved = h('span', { class: 'cell-sub' });
  readonly #free = h('span', { class: 'value strong' });
  readonly #capacity = h('span', { class: 'muted' });
  readonly #age = new AgeMark();

  constructor(key: string, select: Select) {
    const names = h('span', { class: 'cell-lines' }, this.#name, this.#reserved);
    this.element.append(
      h('th', { scope: 'row' }, h('span', { class: 'cell-with-glyph' }, this.#glyph.element, names)),
      h('td', { class: 'cell-number' }, this.#free, ' ', this.#capacity),
      h('td', { class: 'cell-age' }, this.#age.element),
    );
    this.element.dataset['key'] = key;
    this.element.addEventListener('click', () => select({ kind: 'lot', key }));
  }

  update({ lot, shown }: { lot: PageLot; shown: Shown }): void {
    const { format, now, selection } = shown;
    const age = ageOf('lot', lot.observedAt, now);
    const closed = lot.state === 'CLOSED';
    const known = age.freshness !== 'unknown';
    setText(this.#name, lot.name);
    setText(this.#reserved, closed ? format.t('lots.closed') : format.t('lots.reserved', { n: lot.reserved }));
    setText(this.#free, closed ? '–' : known ? format.number(lot.free) : '?');
    setText(this.#capacity, `/ ${format.number(lot.capacity)}`);
    this.#glyph.update(lotFilled(lot), age.freshness, '');
    this.#age.update(age, format);
    setAttribute(this.element, 'data-freshness', age.freshness);
    setAttribute(this.element, 'data-closed', closed);
    const selected = selection?.kind === 'lot' && selection.key === lot.key;
    setAttribute(this.element, 'aria-selected', selected ? 'true' : undefined);
  }
}

export class LotList implements Pane {
  readonly element: HTMLElement;
  readonly #body = h('tbody');
  readonly #count = h('span', { class: 'count' });
  readonly #empty: HTMLElement;
  readonly #table: HTMLElement;
  readonly #rows: KeyedRows<{ lot: PageLot; shown: Shown }>;
  readonly #collate: (a: string, b: string) => number;

  constructor(format: Format, select: Select) {
    this.#collate = new Intl.Collator(format.language, { numeric: true }).compare;
    this.#rows = new KeyedRows(this.#body, (key) => new LotRow(key, select));
    this.#empty = h('p', { class: 'empty' }, format.t('lots.none'));
    const heads = (['lots.name', 'lots.free', 'lots.age'] as const).map((key) =>
      h('th', { scope: 'col' }, format.t(key)),
    );
    const head = h('thead', {}, h('tr', {}, ...heads));
    this.#table = h('table', { role: 'grid', 'aria-labelledby': 'lots-title' }, head, this.#body);
    this.element = h(
      'section',
      { class: 'list list-short', 'aria-labelledby': 'lots-title' },
      h('h2', { id: 'lots-title' }, format.t('lots.title'), ' ', this.#count),
      h('div', { class: 'scroll' }, this.#table, this.#empty),
    );
    moveByKeys(this.#body);
  }

  update(shown: Shown): void {
    const lots = [...shown.live.lots.values()].sort(
      (a, b) => this.#collate(a.name, b.name) || this.#collate(a.key, b.key),
    );
    this.#rows.update(lots.map((lot) => [lot.key, { lot, shown }] as const));
    keepOneTabStop(this.#body);
    setText(this.#count, shown.format.number(lots.length));
    show(this.#empty, lots.length === 0);
    show(this.#table, lots.length > 0);
  }

  reveal(key: string): void {
    this.#rows.get(key)?.element.scrollIntoView({ block: 'nearest' });
  }
}
