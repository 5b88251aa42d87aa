import { type GeoJSONSource, Map as MapLibre, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { stopsAhead } from '../domain/arrivals.ts';
import type { Bounds } from '../domain/network-index.ts';
import type { MapView, Selection } from '../domain/selection.ts';
import { h } from '../view/dom.ts';
import type { Select, Shown } from '../view/shown.ts';
import { Callout } from './callout.ts';
import type { LonLat } from './geometry.ts';
import { Ground } from './ground.ts';
import { Motion } from './motion.ts';
import { networkStyle, only, routeFeatures, routeKey, stopFeatures, stopKey } from './network-style.ts';
import { Overlay } from './overlay.ts';
import { readPalette } from './palette.ts';
import { nameOf, placeOf } from './places.ts';

// The worker comes from our own server, as the page's security policy asks.
setWorkerUrl(workerUrl);

export interface MapActions {
  readonly select: Select;
  readonly moved: (view: MapView) => void;
}

// Room for the legend below.
const FIT = { padding: { top: 56, right: 64, bottom: 124, left: 64 }, maxZoom: 16 } as const;
// Margins in which a thing would be hard to see; on the right its callout wants room.
const SEEN = { left: 40, right: 200, top: 40, bottom: 40 };
const STOP_REACH_PX = 7;

/** The map: ground, network and everything that moves on it. */
export class CityMap {
  readonly element = h('div', { class: 'map' });
  readonly motion = new Motion();
  readonly #palette = readPalette();
  readonly #map: MapLibre;
  readonly #ground = new Ground(this.#palette);
  readonly #overlay: Overlay;
  readonly #callout = new Callout('callout');
  readonly #tip = new Callout('tip');
  readonly #actions: MapActions;
  readonly #lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
  #shown: Shown | undefined;
  #drawnNetwork: unknown;
  #frame = 0;
  #chosen = '';

  /** Throws when the browser cannot draw with WebGL. `container` must be in the document. */
  constructor(container: HTMLElement, view: MapView | undefined, actions: MapActions) {
    this.#actions = actions;
    const holder = h('div', { class: 'map-lines' });
    this.element.append(this.#ground.element, holder);
    container.append(this.element);
    this.#map = new MapLibre({
      container: holder,
      style: networkStyle(this.#palette),
      center: view ? [view.lon, view.lat] : [106.5, 13],
      zoom: view?.zoom ?? 4.5,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 19,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.keyboard.disableRotation();
    this.#map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 120 }), 'bottom-right');
    this.#overlay = new Overlay(this.#map, this.motion, this.#palette);
    this.element.append(this.#overlay.element, this.#callout.element, this.#tip.element);
    this.#map.on('render', () => this.#draw());
    this.#map.on('load', () => this.#shown && this.update(this.#shown));
    this.#map.on('moveend', () => actions.moved(this.view()));
    this.#listen();
  }

  label(text: string): void {
    this.#map.getCanvas().setAttribute('aria-label', text);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#map.remove();
  }

  view(): MapView {
    const { lng, lat } = this.#map.getCenter();
    return { zoom: this.#map.getZoom(), lat, lon: lng };
  }

  update(shown: Shown): void {
    this.#shown = shown;
    this.motion.still = this.#lessMotion.matches;
    if (this.#map.getSource('routes') && this.#drawnNetwork !== shown.network) this.#drawNetwork(shown);
    this.#showChosen(shown);
    this.#animate();
  }

  show({ zoom, lat, lon }: MapView): void {
    this.#map.jumpTo({ zoom, center: [lon, lat] });
  }

  fit({ west, south, east, north }: Bounds, quick: boolean): void {
    const animate = !quick && !this.#lessMotion.matches;
    this.#map.fitBounds(
      [
        [west, south],
        [east, north],
      ],
      { ...FIT, animate, duration: 600 },
    );
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, animate: !this.#lessMotion.matches, duration: 200 });
  }

  /** Moves the map only when the place is out of sight, or under a pane `covered` px wide on the right. */
  reveal(at: LonLat, covered: number): void {
    const { x, y } = this.#map.project([at[0], at[1]]);
    const { clientWidth, clientHeight } = this.element;
    const { left, right, top, bottom } = SEEN;
    const visible = x > left && x < clientWidth - covered - right && y > top && y < clientHeight - bottom;
    if (visible) return;
    const options = { offset: [-covered / 2, 0] as [number, number], duration: 500 };
    this.#map.easeTo({ center: [at[0], at[1]], animate: !this.#lessMotion.matches, ...options });
  }

  #drawNetwork({ network }: Shown): void {
    this.#drawnNetwork = network;
    this.#map.getSource<GeoJSONSource>('routes')?.setData(routeFeatures(network.network, this.#palette));
    this.#map.getSource<GeoJSONSource>('stops')?.setData(stopFeatures(network.network));
  }

  #showChosen({ selection, live }: Shown): void {
    if (!this.#map.getLayer('stops-chosen')) return;
    const vehicle = selection?.kind === 'vehicle' ? live.vehicles.get(selection.key) : undefined;
    const ahead = vehicle && stopsAhead(live.predictions.values(), vehicle);
    const routes = vehicle?.trip ? [routeKey(vehicle.feed, vehicle.trip.routeId)] : [];
    const stops = ahead?.stops.map(({ stopId }) => stopKey(ahead.feed, stopId)) ?? [];
    const stop = selection?.kind === 'stop' ? [stopKey(selection.feed, selection.stopId)] : [];
    const chosen = JSON.stringify([routes, stops, stop]);
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    this.#map.setFilter('routes-chosen', only(routes));
    this.#map.setFilter('stops-ahead', only(stops));
    this.#map.setFilter('stops-chosen', only(stop));
  }

  #draw(): void {
    this.#ground.draw(this.#map);
    this.#drawMoving(performance.now());
  }

  #drawMoving(wallAt: number): void {
    if (!this.#shown) return;
    this.#overlay.draw(this.#shown, wallAt);
    const { selection } = this.#shown;
    const place = selection && placeOf(selection, this.#shown, this.motion, wallAt);
    this.#callout.put(place && this.#map.project([place[0], place[1]]), selection && nameOf(selection, this.#shown));
  }

  #animate(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const wallAt = performance.now();
      this.#drawMoving(wallAt);
      if (this.motion.moving(wallAt)) this.#animate();
    });
  }

  #listen(): void {
    const canvas = this.#map.getCanvas();
    this.#map.on('click', ({ point }) => this.#actions.select(this.#at(point.x, point.y)));
    this.#map.on('mousemove', ({ point }) => {
      const found = this.#at(point.x, point.y);
      canvas.classList.toggle('over-something', found !== undefined);
      this.#tip.put(point, found && this.#shown && nameOf(found, this.#shown));
    });
    for (const event of ['mouseout', 'movestart'] as const)
      this.#map.on(event, () => this.#tip.put(undefined, undefined));
  }

  #at(x: number, y: number): Selection | undefined {
    const placed = this.#overlay.at(x, y);
    if (placed) return placed.selection;
    const box: [[number, number], [number, number]] = [
      [x - STOP_REACH_PX, y - STOP_REACH_PX],
      [x + STOP_REACH_PX, y + STOP_REACH_PX],
    ];
    const layers = ['stops', 'stops-ahead', 'stops-chosen'].filter((layer) => this.#map.getLayer(layer));
    const [stop] = this.#map.queryRenderedFeatures(box, { layers });
    const { feed, stopId } = stop?.properties ?? {};
    return typeof feed === 'string' ? { kind: 'stop', feed, stopId: String(stopId) } : undefined;
  }
}
