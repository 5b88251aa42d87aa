import { type IntRows, LINE, orderByGroup } from './int-rows.ts';
import type { Findings } from './notice.ts';
import { ARRIVAL, DEPARTURE, STOP } from './read-stop-times.ts';
import type { Route, Stop, StopTimes } from './timetable-data.ts';
import { NO_TIME } from './values.ts';

/** Stop times trip by trip in stop order; those of trip `t` are `start[t]` to before `start[t + 1]`. */
export interface TripTimes extends StopTimes {
  readonly start: Int32Array;
  /** Rows of stop_times.txt in that order. */
  readonly order: Int32Array;
}

const FILE = 'stop_times.txt';

/** Puts the rows in order, checks that each trip's times make sense, and fills in those that are left out. */
export async function orderStopTimes(
  rows: IntRows,
  trips: { ids: readonly string[]; routeOf: (trip: number) => Route | undefined },
  stops: readonly Stop[],
  findings: Findings,
): Promise<TripTimes> {
  const refuse = (trip: number, line: number, field: string, code: string, message: string) =>
    findings.trips.add(trips.ids[trip] as string, FILE, line, field, code, message);
  const { start, order } = orderByGroup(rows, trips.ids.length, (trip, line) =>
    refuse(trip, line, 'stop_sequence', 'SEQUENCE_DUPLICATE', 'the trip has this stop_sequence twice'),
  );
  const arrival = rows.column(ARRIVAL, order);
  const departure = rows.column(DEPARTURE, order);
  for (let trip = 0; trip < trips.ids.length; trip++) {
    const first = start[trip] as number;
    const end = start[trip + 1] as number;
    const span: Span = {
      arrival: arrival.subarray(first, end),
      departure: departure.subarray(first, end),
      line: (i) => rows.at(order[first + i] as number, LINE),
      stop: (i) => stops[rows.at(order[first + i] as number, STOP)] as Stop,
    };
    if (hasGoodTimes(span, (line, field, code, message) => refuse(trip, line, field, code, message))) {
      fillGaps(span);
      warnOfSpeed(span, speedLimit(trips.routeOf(trip)?.type ?? -1), findings);
    }
    if (trip % 5000 === 4999) await new Promise(setImmediate);
  }
  return { start, order, arrival, departure };
}

interface Span extends StopTimes {
  line(i: number): number;
  stop(i: number): Stop;
}

type Refuse = (line: number, field: string, code: string, message: string) => void;

function hasGoodTimes({ arrival, departure, line }: Span, refuse: Refuse): boolean {
  const end = arrival.length - 1;
  for (const i of end > 0 ? [0, end] : []) {
    if (arrival[i] !== NO_TIME) continue;
    refuse(line(i), 'arrival_time', 'TIME_MISSING', "a trip's first and last stop need their times");
    return false;
  }
  let latest = 0;
  for (let i = 0; i <= end; i++) {
    const arrives = arrival[i] as number;
    const departs = departure[i] as number;
    if (arrives === NO_TIME) continue;
    if (arrives < latest || departs < arrives) {
      const field = arrives < latest ? 'arrival_time' : 'departure_time';
      refuse(line(i), field, 'TIME_DECREASES', `${field} is before the time that precedes it on the trip`);
      return false;
    }
    latest = departs;
  }
  return true;
}

/** Between two stops with times a vehicle is taken to keep its speed. */
function fillGaps({ arrival, departure, stop }: Span): void {
  for (let i = 1; i < arrival.length; i++) {
    if (arrival[i] !== NO_TIME) continue;
    let next = i;
    while (arrival[next] === NO_TIME) next += 1;
    const metres = [0];
    for (let k = i; k <= next; k++) metres.push((metres[k - i] as number) + metresBetween(stop(k - 1), stop(k)));
    const whole = metres[next - i + 1] as number;
    const leaves = departure[i - 1] as number;
    const takes = (arrival[next] as number) - leaves;
    for (let k = i; k < next; k++) {
      const share = whole > 0 ? (metres[k - i + 1] as number) / whole : (k - i + 1) / (next - i + 1);
      arrival[k] = departure[k] = leaves + Math.round(share * takes);
    }
    i = next;
  }
}

const METRES_PER_DEGREE = 111_195;

/** Along a straight line; good enough within a region. */
function metresBetween(a: Stop, b: Stop): number {
  const north = (b.lat - a.lat) * METRES_PER_DEGREE;
  const east = (b.lon - a.lon) * METRES_PER_DEGREE * Math.cos(((a.lat + b.lat) / 360) * Math.PI);
  return Math.hypot(north, east);
}

/** Metres per second that no vehicle of that `route_type` exceeds between two stops. */
function speedLimit(type: number): number {
  const rail = type === 2 || (type >= 100 && type < 200);
  return (rail ? 500 : 150) / 3.6;
}

function warnOfSpeed({ arrival, departure, line, stop }: Span, limit: number, { warnings }: Findings): void {
  for (let i = 1; i < arrival.length; i++) {
    const metres = metresBetween(stop(i - 1), stop(i));
    // Many feeds round to the minute.
    const seconds = (arrival[i] as number) - (departure[i - 1] as number) + 60;
    if (!(metres > limit * seconds)) continue;
    const message = `${Math.round(metres)} m from the stop before in ${seconds - 60} s`;
    warnings.add(FILE, line(i), 'arrival_time', 'SPEED_IMPLAUSIBLE', message);
    return;
  }
}
