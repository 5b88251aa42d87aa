import { transit } from './network.ts';
import type { Process } from './process.ts';
import type { Simulation } from './simulation.ts';

/** Who has not answered for so long will not be waited for. */
const GIVE_UP_MS = 5_000;

/** A call of a server, which may do what it was asked for although nobody hears of it any more. */
export function roundTrip<Reply>(
  process: Process,
  simulation: Simulation,
  serve: () => Reply,
  back: (reply: Reply) => void,
  lost: () => void,
): void {
  const { random, faults } = simulation;
  const { life } = process;
  let isOver = false;
  const end = (act: () => void) => {
    if (isOver) return;
    isOver = true;
    act();
  };
  const [there, home] = [transit(simulation), transit(simulation)];
  const isLostThere = random.chance(faults.drop / 4);
  const isLostBack = random.chance(faults.drop / 4);
  const arrive = () => {
    const reply = serve();
    if (!isLostBack) process.after(home, () => end(() => back(reply)), life);
  };
  if (!isLostThere) process.leave(() => simulation.after(there, arrive));
  if (isLostThere || isLostBack || there + home > GIVE_UP_MS) process.after(GIVE_UP_MS, () => end(lost));
}
