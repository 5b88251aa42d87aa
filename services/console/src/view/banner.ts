import type { Format } from '../i18n/format.ts';
import { h, setText, show } from './dom.ts';
import type { Shown } from './shown.ts';

/** Says, above everything, that what is shown is not live. */
export class LostBanner {
  readonly element: HTMLElement;
  readonly #words = h('p');
  // Spoken once; the visible words change every second.
  readonly #alert = h('p', { role: 'alert', class: 'visually-hidden' });
  readonly #box = h('div', { class: 'lost-banner', hidden: true }, this.#words);
  readonly #format: Format;

  constructor(format: Format) {
    this.#format = format;
    this.element = h('div', { class: 'lost' }, this.#box, this.#alert);
  }

  /** `silenceMs` since the gateway was heard, at `heardNow` on the platform's clock; undefined = never heard. */
  update(shown: Shown, silenceMs: number, heardNow: number | undefined): void {
    const { t } = this.#format;
    const lost = shown.link === 'lost';
    show(this.#box, lost);
    setText(this.#alert, lost ? t('link.lost') : '');
    if (lost) setText(this.#words, this.#say(shown, silenceMs, heardNow));
  }

  #say(shown: Shown, silenceMs: number, heardNow: number | undefined): string {
    const { t } = this.#format;
    if (heardNow === undefined) return t('link.lostBannerNever');
    const time = this.#format.clock(heardNow, shown.timeZone);
    return t('link.lostBanner', { age: this.#format.duration(silenceMs), time });
  }
}
