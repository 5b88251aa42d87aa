export type LonLat = readonly [lon: number, lat: number];
/** Degrees clockwise from north. */
export type Bearing = number;

const EARTH_RADIUS_M = 6_371_009;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Good to a few parts in a thousand over a city. */
export function metresBetween(a: LonLat, b: LonLat): number {
  const east = radians(b[0] - a[0]) * Math.cos(radians((a[1] + b[1]) / 2));
  return EARTH_RADIUS_M * Math.hypot(east, radians(b[1] - a[1]));
}

export function bearingBetween(a: LonLat, b: LonLat): Bearing {
  const east = (b[0] - a[0]) * Math.cos(radians((a[1] + b[1]) / 2));
  return ((Math.atan2(east, b[1] - a[1]) * 180) / Math.PI + 360) % 360;
}

/** The shorter way round, -180 to 180. */
export const turnBetween = (from: Bearing, to: Bearing): number => ((((to - from) % 360) + 540) % 360) - 180;

/** A step in degrees that puts between 4 and 12 lines over `span` degrees; whole minutes and seconds of arc. */
export function graticuleStep(span: number): number {
  const steps = [
    10,
    5,
    2,
    1,
    1 / 2,
    1 / 4,
    1 / 6,
    1 / 12,
    1 / 30,
    1 / 60,
    1 / 120,
    1 / 240,
    1 / 360,
    1 / 720,
    1 / 1800,
  ];
  return steps.find((step) => span / step >= 4) ?? 1 / 3600;
}

/** 10°20′30″N */
export function degreesText(degrees: number, axis: 'lat' | 'lon'): string {
  const seconds = Math.round(Math.abs(degrees) * 3600);
  const [d, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const side = axis === 'lat' ? (degrees < 0 ? 'S' : 'N') : degrees < 0 ? 'W' : 'E';
  const two = (part: number) => String(part).padStart(2, '0');
  return `${d}°${two(m)}′${s === 0 ? '' : `${two(s)}″`}${side}`;
}
