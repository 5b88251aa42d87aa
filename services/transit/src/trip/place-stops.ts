import type { TripSchedule } from '../feed/timetable.ts';
import { nearbyOn, offsetAt, type Polyline } from './polyline.ts';

/** One choice of place for a stop, with the best way to have come to it. */
interface Choice {
  readonly at: number;
  readonly cost: number;
  readonly from: Choice | undefined;
}

// Beyond the nearest pass, others count that are this much farther: the other side of the street, a parallel leg.
const ALTERNATIVES_WITHIN = 100;
// Stops that a shape has in the wrong order by so little share a place.
const SMALL_SWAP = 20;
// A stop that fits nowhere ahead stays where its predecessor is, at a price that no fitting place has.
const NO_ROOM = 50;

/**
 * Where each stop of a trip lies along its shape, in metres, never falling. Of all ways to put the stops in order,
 * the one that keeps them near the line and agrees best with the schedule's pace: a stop of an out-and-back route
 * is near the line twice, and which one is meant only its neighbours can tell.
 */
export function placeStops(
  line: Polyline,
  x: readonly number[],
  y: readonly number[],
  pace: TripSchedule,
): Float64Array {
  const last = x.length - 1;
  const expect = stepModel(line, pace);
  let choices: Choice[] = [];
  for (let stop = 0; stop <= last; stop++) {
    const before = stop === 0 ? [{ at: 0, cost: 0, from: undefined }] : choices;
    const isLast = stop === last;
    const next: Choice[] = [];
    for (const place of passes(line, x[stop] as number, y[stop] as number)) {
      let best: Choice | undefined;
      for (const from of before) {
        if (place.at < from.at - SMALL_SWAP) continue;
        const at = Math.max(place.at, from.at);
        let cost = from.cost + offsetCost(place.offset) + expect(stop, at - from.at);
        if (isLast) cost += expect(stop + 1, line.length - at);
        if (!best || cost < best.cost) best = { at, cost, from };
      }
      if (best) next.push(best);
    }
    next.push(stay(line, before, x[stop] as number, y[stop] as number));
    choices = next;
  }
  return trace(choices, x.length);
}

function passes(line: Polyline, x: number, y: number): { at: number; offset: number }[] {
  const all = nearbyOn(line, x, y, Number.POSITIVE_INFINITY);
  const nearest = Math.min(...all.map(({ offset }) => offset));
  return all.filter(({ offset }) => offset <= nearest + ALTERNATIVES_WITHIN);
}

function stay(line: Polyline, before: readonly Choice[], x: number, y: number): Choice {
  const from = before.reduce((best, choice) => (choice.cost < best.cost ? choice : best));
  return { at: from.at, cost: from.cost + NO_ROOM + offsetCost(offsetAt(line, from.at, x, y)), from };
}

/** Square up to 60 m, then straight: a stop far from a bad shape must not drown its neighbours. */
const offsetCost = (offset: number): number => (offset < 60 ? (offset / 20) ** 2 : 9 + (offset - 60) * 0.3);

/** What it costs to go so many metres to a stop, by the trip's mean speed; a weak preference that breaks ties. */
function stepModel(line: Polyline, { arrival, departure }: TripSchedule): (stop: number, metres: number) => number {
  const takes = (arrival[arrival.length - 1] as number) - (departure[0] as number);
  const speed = takes > 0 ? line.length / takes : 0;
  return (stop, metres) => {
    const seconds =
      stop === 0 || stop === arrival.length ? 0 : (arrival[stop] as number) - (departure[stop - 1] as number);
    const expected = speed * seconds;
    return Math.min(2, (metres - expected) ** 2 / (Math.max(expected, 100) * 500));
  };
}

function trace(choices: readonly Choice[], count: number): Float64Array {
  const places = new Float64Array(count);
  let choice: Choice | undefined = choices.reduce((best, other) => (other.cost < best.cost ? other : best));
  for (let stop = count - 1; choice && stop >= 0; stop--) {
    places[stop] = choice.at;
    choice = choice.from;
  }
  return places;
}
