import type { Instant } from '@giaolo/chassis/clock';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let made = formats.get(zone);
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, made);
  }
  return made;
}

/** What a clock on the wall of `zone` (IANA name) shows at `instant`, as if it were UTC. */
function wallTime(zone: string, instant: Instant): number {
  const part = Object.fromEntries(
    format(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

/**
 * The instant at which the clocks of `zone` show `wall` (given as if it were UTC). Of an hour that comes twice
 * the first is taken; a time that is skipped is read as if the clocks had not been put forward.
 */
export function instantOf(zone: string, wall: number): Instant {
  const offsets = [wall - 86_400_000, wall + 86_400_000].map((near) => wallTime(zone, near) - near);
  const instants = offsets.map((offset) => wall - offset);
  return instants.find((instant) => wallTime(zone, instant) === wall) ?? (instants[0] as Instant);
}

/** YYYYMMDD of the day that it is in `zone`. */
export const dateIn = (zone: string, instant: Instant): string =>
  new Date(wallTime(zone, instant)).toISOString().slice(0, 10).replaceAll('-', '');

/** The zero of GTFS times on a service day (YYYYMMDD): noon less twelve hours. */
export function serviceDayStart(zone: string, date: string): Instant {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].map(Number) as [
    number,
    number,
    number,
  ];
  return instantOf(zone, Date.UTC(year, month - 1, day, 12)) - 12 * 3_600_000;
}

/** YYYYMMDD, `days` after `date`. */
export function addDays(date: string, days: number): string {
  const iso = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T00:00:00Z`;
  return new Date(Date.parse(iso) + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
}
