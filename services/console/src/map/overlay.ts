import type { Map as MapLibre } from 'maplibre-gl';
import { ageOf } from '../domain/freshness.ts';
import { lotFilled } from '../domain/lots.ts';
import { PUNCTUALITIES, punctualityOf, signedMinutes } from '../domain/punctuality.ts';
import type { Selection } from '../domain/selection.ts';
import type { Shown } from '../view/shown.ts';
import { fitCanvas } from './canvas.ts';
import { drawLot, drawRing, drawVehicle, type LotMarker, type VehicleMarker } from './draw-markers.ts';
import type { LonLat } from './geometry.ts';
import type { Motion } from './motion.ts';
import type { Palette } from './palette.ts';

interface Placed {
  readonly selection: Extract<Selection, { key: string }>;
  readonly x: number;
  readonly y: number;
}

const REACH_PX = 16;
const MARGIN_PX = 40;
const LABELS_FROM_ZOOM = 11.5;

/**
 * Everything that moves or changes often, on a canvas of its own above the map: a moving bus then costs one small
 * canvas and not a frame of the whole map.
 */
export class Overlay {
  readonly element = document.createElement('canvas');
  readonly #map: MapLibre;
  readonly #motion: Motion;
  readonly #palette: Palette;
  #placed: Placed[] = [];

  constructor(map: MapLibre, motion: Motion, palette: Palette) {
    this.#map = map;
    this.#motion = motion;
    this.#palette = palette;
    this.element.className = 'map-overlay';
  }

  draw(shown: Shown, wallAt: number): void {
    const { pen, width, height } = fitCanvas(this.element);
    pen.clearRect(0, 0, width, height);
    const scale = Math.min(1.2, Math.max(0.5, (this.#map.getZoom() - 4) / 6.5));
    const inView = ({ x, y }: { x: number; y: number }) =>
      x > -MARGIN_PX && y > -MARGIN_PX && x < width + MARGIN_PX && y < height + MARGIN_PX;
    const lots = this.#lots(shown).filter(({ marker }) => inView(marker));
    const vehicles = this.#vehicles(shown, wallAt).filter(({ marker }) => inView(marker));
    for (const { marker } of lots) drawLot(pen, marker, scale, this.#palette);
    for (const { marker } of vehicles) drawVehicle(pen, marker, scale, this.#palette);
    this.#placed = [...lots, ...vehicles].map(({ selection, marker: { x, y } }) => ({ selection, x, y }));
    const chosen = this.#placed.find(({ selection }) => isChosen(selection, shown.selection));
    if (chosen) drawRing(pen, chosen.x, chosen.y, 25 * scale, this.#palette);
  }

  /** The topmost thing near a point, as it was last drawn. */
  at(x: number, y: number): Placed | undefined {
    let nearest: Placed | undefined;
    let least = REACH_PX;
    for (const placed of this.#placed) {
      const distance = Math.hypot(placed.x - x, placed.y - y);
      if (distance <= least) [nearest, least] = [placed, distance];
    }
    return nearest;
  }

  #vehicles({ live, network, now, selection }: Shown, wallAt: number) {
    const vehicles: { selection: Placed['selection']; marker: VehicleMarker; rank: number }[] = [];
    const labelled = this.#map.getZoom() >= LABELS_FROM_ZOOM;
    for (const vehicle of live.vehicles.values()) {
      const pose = this.#motion.pose(vehicle.key, wallAt);
      if (!pose) continue;
      const { freshness } = ageOf('vehicle', vehicle.observedAt, now);
      const punctuality = punctualityOf(vehicle);
      const { placement, trip, feed, key } = vehicle;
      const own = { kind: 'vehicle', key } as const;
      const stale = freshness === 'stale' || freshness === 'unknown';
      vehicles.push({
        selection: own,
        // Drawn later = above: the chosen one, then what is abnormal.
        rank: isChosen(own, selection) ? 9 : stale ? -1 : PUNCTUALITIES.length - PUNCTUALITIES.indexOf(punctuality),
        marker: {
          ...this.#project(pose.at),
          bearing: pose.bearing,
          punctuality,
          freshness,
          text: placement ? signedMinutes(placement.latenessSeconds) : '',
          // The chosen one has its name in a callout.
          label: labelled && trip && !isChosen(own, selection) ? network.routeName(feed, trip.routeId) : '',
        },
      });
    }
    return vehicles.sort((a, b) => a.rank - b.rank);
  }

  #lots({ live, now }: Shown): { selection: Placed['selection']; marker: LotMarker }[] {
    return [...live.lots.values()].map((lot) => {
      const { freshness } = ageOf('lot', lot.observedAt, now);
      const text = lot.state === 'CLOSED' ? '×' : freshness === 'unknown' ? '?' : String(lot.free);
      const marker = { ...this.#project([lot.lon, lot.lat]), filled: lotFilled(lot), freshness, text };
      return { selection: { kind: 'lot', key: lot.key } as const, marker };
    });
  }

  #project([lon, lat]: LonLat): { x: number; y: number } {
    const { x, y } = this.#map.project([lon, lat]);
    return { x, y };
  }
}

const isChosen = (one: Placed['selection'], selection: Selection | undefined): boolean =>
  selection?.kind === one.kind && 'key' in selection && selection.key === one.key;
