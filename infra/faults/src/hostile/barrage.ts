import { Draw } from './draw.ts';

/**
 * What came of one hostile input. `typed`: refused or answered in the words of the protocol; `cut`: hung up on while we
 * were still sending, which may cost us the answer; `closed`: the connection ended without a word; `silent`: nothing in
 * time.
 */
export interface Answer {
  readonly kind: 'typed' | 'cut' | 'closed' | 'silent';
  /** Such as `grpc 3`, `rst 7`, `http 400`. */
  readonly what: string;
}

export interface Attack {
  readonly name: string;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  readonly send: (draw: Draw) => Promise<Answer>;
  /** Where the other side does not speak the protocol at all, to hang up is an answer. */
  readonly mayBeClosed?: boolean;
}

export interface Barrage {
  readonly attacks: readonly Attack[];
  readonly count: number;
  readonly seed: number;
  readonly atOnce: number;
  /** Called once, with nothing under way, when a fifth of the inputs has been answered. */
  readonly atFifth?: () => Promise<void>;
}

export interface BarrageResult {
  readonly sent: number;
  /** Attack, then answer, then how often. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Attacks that got no answer, or were hung up on without a word where one was due; with the number of the input. */
  readonly untyped: readonly string[];
}

const KEPT = 20;

/** Sends the inputs, `atOnce` at a time. The same seed makes the same inputs, whatever their answers. */
export async function barrage({ attacks, count, seed, atOnce, atFifth }: Barrage): Promise<BarrageResult> {
  const deck = attacks.flatMap((attack) => Array.from({ length: attack.weight }, () => attack));
  const answers: Record<string, Record<string, number>> = {};
  const untyped: string[] = [];

  const one = async (input: number): Promise<void> => {
    const draw = new Draw(seed + input);
    const attack = draw.pick(deck);
    const { kind, what } = await attack.send(draw);
    const counts = answers[attack.name] ?? {};
    counts[what] = (counts[what] ?? 0) + 1;
    answers[attack.name] = counts;
    const isDue = kind === 'silent' || (kind === 'closed' && !attack.mayBeClosed);
    if (isDue && untyped.length < KEPT) untyped.push(`${attack.name}: ${what} (input ${input})`);
  };
  const upTo = async (from: number, to: number): Promise<void> => {
    let next = from;
    const lane = async () => {
      while (next < to) await one(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  };

  const fifth = Math.floor(count / 5);
  await upTo(0, fifth);
  await atFifth?.();
  await upTo(fifth, count);
  return { sent: count, answers, untyped };
}
