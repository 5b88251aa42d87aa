import type { Freshness } from '../domain/freshness.ts';
import type { Punctuality } from '../domain/punctuality.ts';
import type { Palette } from './palette.ts';
import { BODY, NOSE } from './shapes.ts';

export interface VehicleMarker {
  readonly x: number;
  readonly y: number;
  readonly bearing: number | undefined;
  readonly punctuality: Punctuality;
  readonly freshness: Freshness;
  /** Inside the marker. */
  readonly text: string;
  /** Beside it. */
  readonly label: string;
}

export interface LotMarker {
  readonly x: number;
  readonly y: number;
  /** 0 to 1; undefined = unknown. */
  readonly filled: number | undefined;
  readonly freshness: Freshness;
  readonly text: string;
}

const bodies = new Map<string, Path2D>();
function path(data: string): Path2D {
  let made = bodies.get(data);
  if (!made) {
    made = new Path2D(data);
    bodies.set(data, made);
  }
  return made;
}

/** `scale` 1 = about 20 px wide; below 0.75 there is no room for words. */
export function drawVehicle(
  pen: CanvasRenderingContext2D,
  marker: VehicleMarker,
  scale: number,
  palette: Palette,
): void {
  const { x, y, bearing, punctuality, freshness, text, label } = marker;
  const live = freshness === 'fresh' || freshness === 'ageing';
  const known = live && punctuality !== 'unplaced';
  const color = live ? palette.fill[punctuality] : palette.stale;
  const body = path(BODY[punctuality]);
  pen.save();
  pen.translate(x, y);
  pen.scale(scale, scale);
  const solid = known && freshness === 'fresh';
  outline(pen, body, palette.ground);
  if (bearing !== undefined && live) drawNose(pen, bearing, color, palette.ground);
  pen.fillStyle = solid ? color : palette.ground;
  pen.fill(body);
  if (!solid) {
    pen.lineWidth = 2;
    pen.strokeStyle = color;
    pen.setLineDash(freshness === 'ageing' || punctuality === 'unplaced' ? [4, 2.6] : []);
    pen.stroke(body);
    pen.setLineDash([]);
  }
  if (punctuality === 'very-late' && known) {
    pen.lineWidth = 1.6;
    pen.strokeStyle = palette.text;
    pen.stroke(body);
  }
  if (scale >= 0.75) {
    const inside = punctuality === 'unplaced' ? '?' : text;
    pen.fillStyle = solid ? palette.ink : color;
    write(pen, inside, 0, 0.5, inside.length > 2 ? 11 : 12, palette.font, 'center');
  }
  if (!live) strike(pen, palette);
  pen.restore();
  if (label && scale >= 0.75) writeLabel(pen, label, x + 15 * scale, y, live, palette);
}

export function drawLot(pen: CanvasRenderingContext2D, marker: LotMarker, scale: number, palette: Palette): void {
  const { x, y, filled, freshness, text } = marker;
  const half = 13;
  const live = freshness === 'fresh' || freshness === 'ageing';
  const color = live ? palette.lot : palette.stale;
  pen.save();
  pen.translate(Math.round(x), Math.round(y));
  pen.scale(scale, scale);
  pen.fillStyle = palette.lotGround;
  pen.fillRect(-half, -half, 2 * half, 2 * half);
  if (filled === undefined) hatch(pen, half, color);
  else if (live) {
    pen.globalAlpha = 0.55;
    pen.fillStyle = color;
    pen.fillRect(-half, half - 2 * half * filled, 2 * half, 2 * half * filled);
    pen.globalAlpha = 1;
  }
  pen.lineWidth = 2;
  pen.strokeStyle = palette.ground;
  pen.strokeRect(-half - 1.5, -half - 1.5, 2 * half + 3, 2 * half + 3);
  pen.strokeStyle = color;
  pen.setLineDash(freshness === 'ageing' ? [5, 3] : []);
  pen.strokeRect(-half, -half, 2 * half, 2 * half);
  pen.setLineDash([]);
  pen.fillStyle = live ? palette.text : palette.stale;
  if (scale >= 0.75) write(pen, text, 0, 1, text.length > 3 ? 11 : 12.5, palette.font, 'center', palette.lotGround);
  if (freshness === 'stale') strike(pen, palette);
  pen.restore();
}

export function drawRing(pen: CanvasRenderingContext2D, x: number, y: number, radius: number, palette: Palette): void {
  for (const [width, color] of [
    [6, palette.ground],
    [2.5, palette.text],
  ] as const) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.stroke();
  }
}

function drawNose(pen: CanvasRenderingContext2D, bearing: number, color: string, ground: string): void {
  const nose = path(NOSE);
  pen.save();
  pen.rotate((bearing * Math.PI) / 180);
  outline(pen, nose, ground);
  pen.fillStyle = color;
  pen.fill(nose);
  pen.restore();
}

/** Keeps a mark apart from what lies below it. */
function outline(pen: CanvasRenderingContext2D, shape: Path2D, ground: string): void {
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  pen.strokeStyle = ground;
  pen.stroke(shape);
}

function strike(pen: CanvasRenderingContext2D, palette: Palette): void {
  pen.lineWidth = 2;
  pen.strokeStyle = palette.stale;
  pen.beginPath();
  pen.moveTo(-12, 12);
  pen.lineTo(12, -12);
  pen.stroke();
}

function hatch(pen: CanvasRenderingContext2D, half: number, color: string): void {
  pen.save();
  pen.beginPath();
  pen.rect(-half, -half, 2 * half, 2 * half);
  pen.clip();
  pen.strokeStyle = color;
  pen.globalAlpha = 0.5;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let at = -4 * half; at <= 4 * half; at += 6) {
    pen.moveTo(at, half);
    pen.lineTo(at + 2 * half, -half);
  }
  pen.stroke();
  pen.restore();
}

/** A name on a small plate, so that it can be read over other names. */
function writeLabel(
  pen: CanvasRenderingContext2D,
  label: string,
  x: number,
  y: number,
  live: boolean,
  palette: Palette,
): void {
  pen.font = `600 12px ${palette.font}`;
  const width = pen.measureText(label).width + 8;
  pen.fillStyle = palette.ground;
  pen.beginPath();
  pen.roundRect(x, y - 9, width, 18, 3);
  pen.fill();
  pen.fillStyle = live ? palette.text : palette.stale;
  write(pen, label, x + 4, y + 0.5, 12, palette.font, 'left');
}

function write(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  size: number,
  font: string,
  align: CanvasTextAlign,
  halo?: string,
): void {
  pen.font = `600 ${size}px ${font}`;
  pen.textAlign = align;
  pen.textBaseline = 'middle';
  if (halo) {
    pen.lineWidth = 3.5;
    pen.lineJoin = 'round';
    pen.strokeStyle = halo;
    pen.strokeText(text, x, y);
  }
  pen.fillText(text, x, y);
}
