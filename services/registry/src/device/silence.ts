import type { DeviceKind } from './kinds.ts';

const MINUTE = 60_000;

/** How long a device of a kind may be silent before it counts as offline: what runs on a battery speaks seldom. */
export const longestSilence: Readonly<Record<DeviceKind, number>> = {
  'signal-controller': 2 * MINUTE,
  detector: 5 * MINUTE,
  'bay-sensor': 6 * 60 * MINUTE,
  'lot-counter': 5 * MINUTE,
  sign: 5 * MINUTE,
  camera: 5 * MINUTE,
  'field-gateway': 2 * MINUTE,
};
