import type { PageClock as ClockReading, PageSession, PageVehicle } from '@giaolo/gateway/page-contract';
import { complain } from './complain.ts';
import { boundsOf, boundsOfPoints } from './domain/network-index.ts';
import { type PageView, type Selection, selectionName } from './domain/selection.ts';
import type { Language } from './i18n/language.ts';
import type { TextKey } from './i18n/vi.ts';
import { Link } from './live/link.ts';
import { Model } from './live/model.ts';
import { NetworkLoader } from './live/network-loader.ts';
import { CityMap } from './map/city-map.ts';
import { placeOf } from './map/places.ts';
import { h } from './view/dom.ts';
import { Layout } from './view/layout.ts';
import type { Shown } from './view/shown.ts';

const TICK_MS = 250;

export interface PageActs {
  /** What of the page can be sent to a colleague has changed. */
  saved(view: PageView, language: Language): void;
  signOut(): void;
  /** The session may be over: the gateway says so, refuses us, or is not there. */
  doubted(): void;
  /** Whoever is signed in may not see this. */
  forbidden(): void;
}

/** The page at work: what the gateway says goes into the model, what a person does into the view, both to the panes. */
export class Page {
  readonly #root: HTMLElement;
  readonly #session: PageSession;
  readonly #acts: PageActs;
  readonly #model = new Model();
  readonly #mapSlot = h('div', { class: 'map-slot' });
  readonly #network: NetworkLoader;
  readonly #link: Link;
  readonly #ticking: ReturnType<typeof setInterval>;
  #language: Language;
  #layout: Layout;
  #map: CityMap | undefined;
  #selection: Selection | undefined;
  #mapView: PageView['map'];
  #placed: boolean;
  #frame = 0;
  #tick = '';

  constructor(root: HTMLElement, view: PageView, language: Language, session: PageSession, acts: PageActs) {
    this.#root = root;
    this.#session = session;
    this.#acts = acts;
    this.#language = language;
    this.#selection = view.selection;
    this.#mapView = view.map;
    this.#placed = view.map !== undefined;
    this.#layout = this.#lay();
    this.#map = this.#makeMap(view.map);
    this.#network = new NetworkLoader(
      (network) => {
        this.#model.readNetwork(network);
        this.#schedule();
      },
      () => {
        this.#model.networkState = 'failed';
        this.#schedule();
      },
      (status) => (status === 401 ? acts.doubted() : acts.forbidden()),
    );
    this.#link = this.#connect();
    this.#network.load();
    this.#ticking = setInterval(() => this.#beat(), TICK_MS);
    this.#schedule();
  }

  /** Ends all that goes on; what is shown stays until something else is. */
  close(): void {
    this.#link.close();
    this.#network.close();
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frame);
    this.#map?.close();
  }

  select(selection: Selection | undefined): void {
    this.#selection = selection;
    this.#render();
    const shown = this.#shown();
    this.#layout.reveal(shown);
    const place = selection && this.#map && placeOf(selection, shown, this.#map.motion, performance.now());
    if (place) this.#map?.reveal(place, this.#layout.covered());
    this.#save();
  }

  /** The hash was changed by hand, or by going back. */
  show(view: PageView): void {
    if (view.map && this.#map) this.#map.show(view.map);
    const changed = nameOrNone(view.selection) !== nameOrNone(this.#selection);
    if (changed) this.select(view.selection);
  }

  setLanguage(language: Language): void {
    this.#language = language;
    this.#layout = this.#lay();
    this.#map?.label(this.#layout.format.t('map.label'));
    this.#render();
    this.#save();
  }

  focusSearch(): void {
    this.#layout.focusSearch();
  }

  #lay(): Layout {
    const made = { language: this.#language, session: this.#session, clock: this.#model.clock };
    return new Layout(this.#root, this.#mapSlot, made, {
      signOut: () => this.#acts.signOut(),
      select: (selection) => this.select(selection),
      setLanguage: (language) => this.setLanguage(language),
      zoomIn: () => this.#map?.zoomBy(1),
      zoomOut: () => this.#map?.zoomBy(-1),
      fit: () => this.#fit(false),
    });
  }

  #makeMap(view: PageView['map']): CityMap | undefined {
    try {
      const map = new CityMap(this.#mapSlot, view, {
        select: (selection) => this.select(selection),
        moved: (moved) => {
          if (!this.#placed) return;
          this.#mapView = moved;
          this.#save();
        },
      });
      map.label(this.#layout.format.t('map.label'));
      return map;
    } catch (error) {
      complain('no map', error);
      return undefined;
    }
  }

  #connect(): Link {
    return new Link({
      open: (token) => new EventSource(`v1/live${token ? `?resume=${encodeURIComponent(token)}` : ''}`),
      wall: () => performance.now(),
      gaveUp: () => this.#acts.doubted(),
      handle: (event, data) => {
        if (event === 'session') return this.#acts.doubted();
        const wallAt = performance.now();
        const again = event === 'snapshot' && this.#model.snapshotSeen;
        for (const vehicle of this.#model.handle(event, data, wallAt)) this.#move(vehicle, wallAt);
        if (event === 'network' || again) this.#network.load();
        if (event === 'snapshot') {
          this.#map?.motion.keepOnly(this.#model.live.vehicles);
          void this.#readClock();
        }
        this.#schedule();
      },
    });
  }

  // A snapshot may come from a platform that was started anew, on another clock.
  async #readClock(): Promise<void> {
    const response = await fetch('v1/clock').catch(() => undefined);
    if (!response?.ok) return;
    this.#model.readClock((await response.json()) as ClockReading, performance.now());
    this.#schedule();
  }

  #move({ key, lat, lon, bearing, placement }: PageVehicle, wallAt: number): void {
    const at: [number, number] = placement ? [placement.lon, placement.lat] : [lon, lat];
    this.#map?.motion.observe(key, at, bearing, wallAt);
  }

  #beat(): void {
    this.#link.tick();
    const tick = `${this.#link.state()} ${Math.floor((this.#now() ?? 0) / 1000)} ${Math.floor(this.#link.silence() / 1000)}`;
    if (tick !== this.#tick) this.#schedule();
    this.#tick = tick;
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render(): void {
    const shown = this.#shown();
    const status = { silenceMs: this.#link.silence(), heardNow: this.#model.heardNow, notice: this.#notice() };
    this.#layout.update(shown, status);
    this.#map?.update(shown);
    if (!this.#placed && this.#model.networkState === 'read' && this.#model.snapshotSeen) this.#fit(true);
  }

  #shown(): Shown {
    const { live, network } = this.#model;
    const now = this.#now() ?? 0;
    const timeZone = this.#model.timeZone();
    const format = this.#layout.format;
    return { live, network, now, timeZone, link: this.#link.state(), selection: this.#selection, format };
  }

  #now(): number | undefined {
    return this.#model.clock.now(performance.now());
  }

  #notice(): TextKey | undefined {
    if (!this.#map) return 'map.unavailable';
    if (this.#model.networkState === 'failed') return 'map.networkFailed';
    return this.#model.networkState === 'read' && this.#model.network.network.feeds.length === 0
      ? 'map.empty'
      : undefined;
  }

  #fit(quick: boolean): void {
    const lots = [...this.#model.live.lots.values()].map(({ lon, lat }): [number, number] => [lon, lat]);
    const bounds = boundsOf(this.#model.network.network, this.#model.liveFeeds()) ?? boundsOfPoints(lots);
    if (!bounds || !this.#map) return;
    this.#placed = true;
    this.#map.fit(bounds, quick);
  }

  #save(): void {
    this.#acts.saved({ map: this.#mapView, selection: this.#selection }, this.#language);
  }
}

const nameOrNone = (selection: Selection | undefined): string => (selection ? selectionName(selection) : '');
