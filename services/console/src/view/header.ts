import { PUNCTUALITIES, type Punctuality } from '../domain/punctuality.ts';
import { summarize } from '../domain/summary.ts';
import type { Format } from '../i18n/format.ts';
import type { PageClock } from '../live/page-clock.ts';
import { brandMark } from './brand.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { LotGlyph, VehicleGlyph } from './glyph.ts';
import type { Pane, Shown } from './shown.ts';

/** Name, the city in numbers, the platform's clock, the state of the connection, and what is said at its end. */
export class Header implements Pane {
  readonly element: HTMLElement;
  readonly #clock: PageClock;
  readonly #time = h('span', { class: 'clock-time' });
  readonly #date = h('span');
  readonly #zone = h('span');
  readonly #replay = h('span', { class: 'replay' });
  readonly #link = h('span', { class: 'link-state', role: 'status' });
  readonly #vehicles = h('b');
  readonly #free = h('b');
  readonly #capacity = h('span', { class: 'muted' });
  readonly #freeChip = h('li', { class: 'chip chip-total' });
  readonly #silent = h('b');
  readonly #silentChip: HTMLElement;
  readonly #chips = new Map<Punctuality, { element: HTMLElement; number: HTMLElement }>();

  constructor(format: Format, clock: PageClock, ...atEnd: HTMLElement[]) {
    const { t } = format;
    this.#clock = clock;
    const name = h('div', { class: 'brand' }, brandMark(), h('h1', {}, 'Giaolo'), h('p', {}, t('app.subtitle')));
    this.#silentChip = h(
      'li',
      { class: 'chip' },
      h('span', { class: 'age-dot', 'aria-hidden': 'true' }),
      this.#silent,
      ' ',
      t('summary.silent'),
    );
    const lot = new LotGlyph();
    lot.update(0.6, 'fresh', '');
    const freeWords = h('span', { class: 'chip-words' }, t('summary.free'));
    this.#freeChip.append(lot.element, this.#free, ' ', this.#capacity, ' ', freeWords);
    const summary = h(
      'ul',
      { class: 'summary', 'aria-label': t('summary.label') },
      h('li', { class: 'chip chip-total' }, this.#vehicles, ' ', t('summary.vehicles')),
      ...PUNCTUALITIES.map((punctuality) => this.#chip(punctuality, format)),
      this.#silentChip,
      this.#freeChip,
    );
    const words = h(
      'div',
      { class: 'clock-words' },
      this.#date,
      h('div', { class: 'clock-kind' }, this.#replay, this.#zone),
    );
    const time = h('div', { class: 'clock', role: 'group', 'aria-label': t('clock.label') }, words, this.#time);
    this.element = h('header', { class: 'top' }, name, summary, time, this.#link, ...atEnd);
  }

  update(shown: Shown): void {
    const { format, live, now, timeZone, link } = shown;
    const { t } = format;
    setText(this.#time, format.clock(now, timeZone));
    setText(this.#date, format.day(now, timeZone));
    setText(this.#zone, format.zone(now, timeZone));
    this.#showReplay(format);
    setAttribute(this.#link, 'data-link', link);
    setText(this.#link, t(`link.${link}`));
    const summary = summarize(live.vehicles.values(), live.lots.values(), now);
    setText(this.#vehicles, format.number(summary.vehicles));
    show(this.#freeChip, live.lots.size > 0);
    setText(this.#free, summary.capacity > 0 ? format.number(summary.free) : '?');
    setText(this.#capacity, t('summary.ofCapacity', { capacity: format.number(summary.capacity) }));
    setText(this.#silent, format.number(summary.silent));
    show(this.#silentChip, summary.silent > 0);
    for (const [punctuality, chip] of this.#chips) {
      const count = summary.byPunctuality[punctuality];
      setText(chip.number, format.number(count));
      setAttribute(chip.element, 'data-none', count === 0);
    }
  }

  #showReplay(format: Format): void {
    const { kind } = this.#clock;
    show(this.#replay, kind !== 'wall');
    if (kind === 'wall') return;
    const rate = this.#clock.roundRate() ?? 1;
    const { t } = format;
    setText(this.#replay, rate > 1 ? t('clock.replayRate', { rate: format.number(rate) }) : t('clock.replay'));
  }

  #chip(punctuality: Punctuality, format: Format): HTMLElement {
    const glyph = new VehicleGlyph();
    glyph.update(punctuality, 'fresh', '');
    const number = h('b');
    const element = h('li', { class: 'chip' }, glyph.element, number, ' ', format.t(`punctuality.${punctuality}`));
    this.#chips.set(punctuality, { element, number });
    return element;
  }
}
