import type { PageLot } from '@giaolo/gateway/page-contract';
import { ageOf } from '../domain/freshness.ts';
import { lotFilled } from '../domain/lots.ts';
import type { Format } from '../i18n/format.ts';
import { AgeMark } from './age-mark.ts';
import { DetailHead, Fact } from './detail-parts.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { LotGlyph } from './glyph.ts';
import type { Shown } from './shown.ts';

/** One car park: what is free, and what the number is made of. */
export class LotDetail {
  readonly element: HTMLElement;
  readonly #glyph = new LotGlyph();
  readonly #head: DetailHead;
  readonly #free = h('span', { class: 'value' });
  readonly #capacity = h('span', { class: 'big-rest' });
  readonly #bar = { occupied: h('span', { class: 'bar-occupied' }), reserved: h('span', { class: 'bar-reserved' }) };
  readonly #age = new AgeMark();
  readonly #observedAt = h('span');
  readonly #unknown: HTMLElement;
  readonly #facts: Readonly<Record<'state' | 'occupied' | 'reserved' | 'capacity', Fact>>;

  constructor(format: Format) {
    const { t } = format;
    this.#head = new DetailHead(t('kind.lot'), this.#glyph.element);
    this.#facts = {
      state: new Fact(t('lot.state')),
      occupied: new Fact(t('lot.occupied')),
      reserved: new Fact(t('lot.reserved')),
      capacity: new Fact(t('lot.capacity')),
    };
    this.#unknown = h('p', { class: 'empty' }, t('lot.unknown'));
    const observed = new Fact(t('detail.observed'), this.#observedAt, ' ', this.#age.element);
    this.element = h(
      'div',
      { class: 'detail-body' },
      this.#head.element,
      h('p', { class: 'big' }, this.#free, ' ', this.#capacity),
      h('div', { class: 'bar', 'aria-hidden': 'true' }, this.#bar.occupied, this.#bar.reserved),
      this.#unknown,
      h('dl', {}, observed.element, ...Object.values(this.#facts).map(({ element }) => element)),
    );
  }

  update(lot: PageLot, shown: Shown): void {
    const { format, now } = shown;
    const { t } = format;
    const age = ageOf('lot', lot.observedAt, now);
    const known = age.freshness !== 'unknown';
    this.#head.set(lot.name, lot.key);
    this.#glyph.update(lotFilled(lot), age.freshness, '');
    setText(this.#free, known ? format.number(lot.free) : '?');
    setText(this.#capacity, `/ ${format.number(lot.capacity)} ${t('lot.free')}`);
    this.#bar.occupied.style.width = percent(known ? lot.occupied : 0, lot.capacity);
    this.#bar.reserved.style.width = percent(lot.reserved, lot.capacity);
    show(this.#unknown, !known);
    setText(this.#observedAt, lot.observedAt === undefined ? '' : format.clock(lot.observedAt, shown.timeZone));
    this.#age.update(age, format);
    this.#facts.state.set(t(lot.state === 'OPEN' ? 'lot.open' : 'lot.closed'));
    this.#facts.occupied.set(known ? format.number(lot.occupied) : '?');
    this.#facts.reserved.set(format.number(lot.reserved));
    this.#facts.capacity.set(format.number(lot.capacity));
    setAttribute(this.element, 'data-freshness', age.freshness);
  }
}

const percent = (part: number, whole: number): string => `${whole > 0 ? Math.min(100, (100 * part) / whole) : 0}%`;
