import type { Writable } from 'node:stream';
import type { Progress } from './play.ts';

const WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

export interface ProgressView {
  show(progress: Progress): void;
  /** Leaves the cursor on a line of its own. */
  close(): void;
}

interface Screen {
  /** Redrawn in place on a terminal, otherwise a line every few seconds. */
  readonly isTerminal: boolean;
  /** IANA name, for the time of the recording. */
  readonly timeZone: string;
  readonly now: () => number;
}

/** Shows a person how far a replay has come. */
export function progressView(out: Pick<Writable, 'write'>, { isTerminal, timeZone, now }: Screen): ProgressView {
  const startedAt = now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show: (progress) => {
      const isOver = progress.done === progress.total;
      if (now() - shownAt < (isTerminal ? REDRAW_MS : LINE_MS) && !isOver) return;
      shownAt = now();
      const line = progressLine(progress, (now() - startedAt) / 1000, timeZone);
      out.write(isTerminal ? `\r${bar(progress)} ${line}\u001b[K` : `${line}\n`);
      drawn = isTerminal;
    },
    close: () => {
      if (drawn) out.write('\n');
      drawn = false;
    },
  };
}

function bar({ done, total }: Progress): string {
  const filled = Math.round((WIDTH * done) / total);
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
}

export function progressLine({ done, total, at }: Progress, seconds: number, timeZone: string): string {
  const percent = Math.floor((100 * done) / total);
  const rate = seconds > 0 ? Math.round(done / seconds) : 0;
  const clock = new Date(at).toLocaleTimeString('en-GB', { timeZone });
  return `${String(percent).padStart(3)} %  ${count(done)} of ${count(total)} positions  ${count(rate)}/s  it is ${clock}`;
}

export const count = (value: number): string => value.toLocaleString('en-US');
