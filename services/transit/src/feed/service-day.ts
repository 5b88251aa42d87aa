import type { Instant } from '@giaolo/chassis/clock';

export const DAY_MS = 86_400_000;

/** `YYYYMMDD` as days since 1970-01-01; undefined when it is no date. */
export function parseDay(date: string): number | undefined {
  if (!/^\d{8}$/.test(date)) return undefined;
  const at = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)));
  return formatDay(at / DAY_MS) === date ? at / DAY_MS : undefined;
}

/** Days since 1970-01-01 as `YYYYMMDD`. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
}

/** 0 = Monday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** One zone's service days. GTFS counts from noon minus 12 h, which is midnight except on days that change the clock. */
export interface ServiceDays {
  /** The instant from which the stop times of that day count. */
  startOf(day: number): Instant;
  /** The calendar day that it is in the zone. */
  dayAt(at: Instant): number;
}

/** Throws a RangeError when the zone is not an IANA name. */
export function serviceDaysIn(timeZone: string): ServiceDays {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wallTime = (at: Instant): number => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  // Intl is slow, and a service day is asked for with every ping.
  const starts = new Map<number, Instant>();
  const startOf = (day: number): Instant => {
    const known = starts.get(day);
    if (known !== undefined) return known;
    const noon = day * DAY_MS + DAY_MS / 2;
    const guess = noon - (wallTime(noon) - noon);
    const start = guess - (wallTime(guess) - noon) - DAY_MS / 2;
    if (starts.size > 1000) starts.clear();
    starts.set(day, start);
    return start;
  };
  return {
    startOf,
    dayAt: (at) => {
      const day = Math.floor(at / DAY_MS);
      const candidates = [day + 1, day, day - 1];
      // Noon minus 12 h may lie an hour beside midnight; that hour belongs to either day as far as trips go.
      return candidates.find((candidate) => startOf(candidate) <= at) ?? day - 1;
    },
  };
}
