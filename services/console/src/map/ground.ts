import type { Map as MapLibre } from 'maplibre-gl';
import { fitCanvas } from './canvas.ts';
import { degreesText, graticuleStep } from './geometry.ts';
import type { Palette } from './palette.ts';

/** Below the map: a plain ground with a graticule, so that place and scale can be read where nothing else is drawn. */
export class Ground {
  readonly element = document.createElement('canvas');
  readonly #palette: Palette;

  constructor(palette: Palette) {
    this.#palette = palette;
    this.element.className = 'map-ground';
  }

  draw(map: MapLibre): void {
    const { pen, width, height } = fitCanvas(this.element);
    const bounds = map.getBounds();
    const step = graticuleStep(
      Math.min(bounds.getEast() - bounds.getWest(), 2 * (bounds.getNorth() - bounds.getSouth())),
    );
    pen.fillStyle = this.#palette.ground;
    pen.fillRect(0, 0, width, height);
    pen.strokeStyle = this.#palette.graticule;
    pen.lineWidth = 1;
    pen.font = `11px ${this.#palette.font}`;
    pen.beginPath();
    const labels: [text: string, x: number, y: number][] = [];
    for (let lon = Math.ceil(bounds.getWest() / step) * step; lon <= bounds.getEast(); lon += step) {
      const x = crisp(map.project([lon, bounds.getCenter().lat]).x);
      pen.moveTo(x, 0);
      pen.lineTo(x, height);
      labels.push([degreesText(lon, 'lon'), x + 5, 14]);
    }
    for (let lat = Math.ceil(bounds.getSouth() / step) * step; lat <= bounds.getNorth(); lat += step) {
      const y = crisp(map.project([bounds.getCenter().lng, lat]).y);
      pen.moveTo(0, y);
      pen.lineTo(width, y);
      labels.push([degreesText(lat, 'lat'), 6, y - 5]);
    }
    pen.stroke();
    pen.fillStyle = this.#palette.muted;
    pen.globalAlpha = 0.75;
    for (const [text, x, y] of labels) if (x > 60 || y > 40) pen.fillText(text, x, y);
    pen.globalAlpha = 1;
  }
}

const crisp = (at: number): number => Math.round(at) + 0.5;
