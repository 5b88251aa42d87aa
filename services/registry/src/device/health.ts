import type { Instant } from '@giaolo/chassis/clock';

/** Unknown: its hardware has not spoken yet. Offline: silent for longer than its kind may be. */
export const healths = ['unknown', 'online', 'degraded', 'offline'] as const;
export type Health = (typeof healths)[number];

export const troubles = ['fault', 'on-battery', 'battery-low', 'door-open', 'clock-wrong', 'many-errors'] as const;
export type Trouble = (typeof troubles)[number];

/** What a device says of itself; what it cannot tell is absent. */
export interface Report {
  readonly status: 'ok' | 'fault';
  readonly supply?: 'mains' | 'backup' | 'battery' | undefined;
  readonly batteryPercent?: number | undefined;
  readonly doorOpen?: boolean | undefined;
  readonly deviceTime?: Instant | undefined;
  readonly clockOffsetMs?: number | undefined;
  /** Since the report before. */
  readonly errors: number;
}

const LOW_BATTERY = 20;
const CLOCK_MS = 2_000;
// Its report may have been on its way for a while.
const CLOCK_BY_OURS_MS = 60_000;
const MANY_ERRORS = 10;

/** What is wrong with a device by what it said, in a fixed order; nothing = all is well. */
export function troublesOf(report: Report, receivedAt: Instant): Trouble[] {
  const { status, supply, batteryPercent, doorOpen, deviceTime, clockOffsetMs = 0, errors } = report;
  const byOurs = deviceTime === undefined ? 0 : Math.abs(deviceTime - receivedAt);
  const found: Readonly<Record<Trouble, boolean>> = {
    fault: status === 'fault',
    'on-battery': supply === 'backup',
    'battery-low': batteryPercent !== undefined && batteryPercent < LOW_BATTERY,
    'door-open': doorOpen === true,
    'clock-wrong': Math.abs(clockOffsetMs) > CLOCK_MS || byOurs > CLOCK_BY_OURS_MS,
    'many-errors': errors >= MANY_ERRORS,
  };
  return troubles.filter((trouble) => found[trouble]);
}
