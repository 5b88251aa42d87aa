import { readFileSync } from 'node:fs';
import type { Form } from '../scenario.ts';
import type { BarrageResult } from './barrage.ts';
import type { Replica } from './fleet.ts';
import { residentBytesAtRest } from './process-memory.ts';

const MEBIBYTE = 1_024 * 1_024;
/** The short form ends before all is filled that may be. */
const MOST_GROWTH: Readonly<Record<Form, number>> = { short: 1.6, long: 1.2 };

/** What our own log says when something was not foreseen. */
const SURPRISES = ['a handler failed', 'a route failed', 'a fault that nobody caught', 'Failed to add metadata'];

/** One process under hostile inputs: its memory from a fifth of them to the end, whether it lives, what it logs. */
export class Trial {
  readonly #replica: Replica;
  readonly #form: Form;
  #atFifth = 0;

  constructor(replica: Replica, form: Form) {
    this.#replica = replica;
    this.#form = form;
  }

  async atFifth(): Promise<void> {
    this.#atFifth = await residentBytesAtRest(this.#replica.child.pid);
  }

  /** What went wrong, and a note of the memory. */
  async end(name: string): Promise<{ broken: string[]; note: string }> {
    const { child } = this.#replica;
    if (child.exit) return { broken: [`${name}: the process ended (${child.exit.code})`], note: '' };
    const broken: string[] = [];
    const atEnd = await residentBytesAtRest(child.pid);
    if (atEnd > this.#atFifth * MOST_GROWTH[this.#form])
      broken.push(`${name}: memory grew by ${percent(atEnd / this.#atFifth)}`);
    if (!(await this.#replica.isReady())) broken.push(`${name}: not ready any more`);
    const said = readFileSync(child.log as string, 'utf8');
    for (const surprise of SURPRISES)
      if (said.includes(surprise)) broken.push(`${name}: "${surprise}" in ${child.log}`);
    const mebibytes = (bytes: number) => Math.round(bytes / MEBIBYTE);
    return { broken, note: `${name}: ${mebibytes(this.#atFifth)} -> ${mebibytes(atEnd)} MiB` };
  }
}

const percent = (ratio: number): string => `${Math.round((ratio - 1) * 100)} %`;

/** All answers of an attack, the most frequent first: `http2: rapid reset: goaway 2 x 48, closed x 3`. */
export const answersOf = ({ answers }: BarrageResult): string[] =>
  Object.entries(answers)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([attack, counts]) => {
      const told = Object.entries(counts).sort(([, a], [, b]) => b - a);
      return `${attack}: ${told.map(([what, count]) => `${what} x ${count}`).join(', ')}`;
    });
