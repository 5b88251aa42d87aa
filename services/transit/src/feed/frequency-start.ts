import type { Frequency } from './timetable-data.ts';

/**
 * The start, in seconds of the service day, of a vehicle that seems to have begun its trip at `seconds`: the nearest
 * one that the frequencies of the trip allow.
 */
export function nearestStart(frequencies: readonly Frequency[], seconds: number): number {
  let nearest = seconds;
  let off = Number.POSITIVE_INFINITY;
  for (const frequency of frequencies) {
    const start = startWithin(frequency, seconds);
    if (Math.abs(start - seconds) >= off) continue;
    nearest = start;
    off = Math.abs(start - seconds);
  }
  return nearest;
}

function startWithin({ startSeconds, endSeconds, headwaySeconds, exactTimes }: Frequency, seconds: number): number {
  if (!exactTimes) return Math.min(Math.max(seconds, startSeconds), endSeconds);
  const last = Math.max(0, Math.ceil((endSeconds - startSeconds) / headwaySeconds) - 1);
  const step = Math.min(Math.max(Math.round((seconds - startSeconds) / headwaySeconds), 0), last);
  return startSeconds + step * headwaySeconds;
}
