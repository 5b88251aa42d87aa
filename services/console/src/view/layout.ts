import type { PageSession } from '@giaolo/gateway/page-contract';
import { Format } from '../i18n/format.ts';
import type { Language } from '../i18n/language.ts';
import type { TextKey } from '../i18n/vi.ts';
import type { PageClock } from '../live/page-clock.ts';
import { type MapActs, mapControls } from '../map/controls.ts';
import { LostBanner } from './banner.ts';
import { Detail } from './detail.ts';
import { h, setAttribute, setText, show } from './dom.ts';
import { Header } from './header.ts';
import { languages } from './languages.ts';
import { legend } from './legend.ts';
import { LotList } from './lot-list.ts';
import { SearchBox } from './search-box.ts';
import type { Select, Shown } from './shown.ts';
import { signedIn } from './signed-in.ts';
import { VehicleList } from './vehicle-list.ts';

export interface LayoutActs extends MapActs {
  readonly select: Select;
  setLanguage(language: Language): void;
  signOut(): void;
}

export interface Status {
  /** Milliseconds since the gateway was heard. */
  readonly silenceMs: number;
  /** Platform time of its last message. */
  readonly heardNow: number | undefined;
  /** Said over the map. */
  readonly notice: TextKey | undefined;
}

/** What the panes are made for. */
export interface For {
  readonly language: Language;
  readonly session: PageSession;
  readonly clock: PageClock;
}

/** All panes of the page in one language, around a map that outlives them. */
export class Layout {
  readonly format: Format;
  readonly #root: HTMLElement;
  readonly #header: Header;
  readonly #banner: LostBanner;
  readonly #search: SearchBox;
  readonly #vehicles: VehicleList;
  readonly #lots: LotList;
  readonly #detail: Detail;
  readonly #notice = h('p', { class: 'map-notice', role: 'status', hidden: true });

  constructor(root: HTMLElement, map: HTMLElement, { language, session, clock }: For, acts: LayoutActs) {
    this.format = new Format(language);
    this.#root = root;
    const who = signedIn(this.format, session, acts.signOut);
    this.#header = new Header(this.format, clock, languages(this.format, acts.setLanguage), who);
    this.#banner = new LostBanner(this.format);
    this.#search = new SearchBox(this.format, acts.select);
    this.#vehicles = new VehicleList(this.format, acts.select);
    this.#lots = new LotList(this.format, acts.select);
    this.#detail = new Detail(this.format, acts.select);
    const lists = h('div', { class: 'lists' }, this.#search.element, this.#vehicles.element, this.#lots.element);
    const { t } = this.format;
    const around = [this.#notice, mapControls(t, acts), legend(this.format)];
    const mapPane = h('section', { class: 'map-pane' }, map, ...around);
    const work = h('main', { class: 'work' }, lists, mapPane, this.#detail.element);
    document.documentElement.lang = language;
    root.replaceChildren(this.#header.element, this.#banner.element, work);
  }

  update(shown: Shown, { silenceMs, heardNow, notice }: Status): void {
    const { t } = this.format;
    setAttribute(this.#root, 'data-link', shown.link);
    const connection = shown.link === 'lost' ? `⚠ ${t('link.lost')} · ` : '';
    const title = t('app.title', { connection });
    if (document.title !== title) document.title = title;
    this.#header.update(shown);
    this.#banner.update(shown, silenceMs, heardNow);
    this.#search.update(shown);
    this.#vehicles.update(shown);
    this.#lots.update(shown);
    this.#detail.update(shown);
    show(this.#notice, notice !== undefined);
    if (notice) setText(this.#notice, t(notice));
  }

  /** Brings the row of what was selected into view. */
  reveal({ selection }: Shown): void {
    if (selection?.kind === 'vehicle') this.#vehicles.reveal(selection.key);
    if (selection?.kind === 'lot') this.#lots.reveal(selection.key);
  }

  focusSearch(): void {
    this.#search.focus();
  }

  /** Pixels of the map that the detail pane covers on its right. */
  covered(): number {
    const detail = this.#detail.element;
    const overMap = getComputedStyle(detail).getPropertyValue('--covers-map').trim() === '1';
    return detail.hidden || !overMap ? 0 : detail.offsetWidth;
  }
}
