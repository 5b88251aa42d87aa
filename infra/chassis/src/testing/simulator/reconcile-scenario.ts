import type { Policy } from '../../reconcile.ts';
import { FieldDevice } from './field-device.ts';
import { LeaseModel } from './lease.ts';
import { send } from './network.ts';
import { type OwnedThing, Owner } from './owner.ts';
import type { Plan, Scenario } from './play.ts';
import { Process } from './process.ts';
import { Violation } from './simulation.ts';

const policy: Policy<number> = {
  equal: (a, b) => a === b,
  silentMs: 3_000,
  acknowledgeMs: 1_500,
  followMs: 4_000,
  resendMs: { first: 500, most: 4_000 },
};
const SIGHT_MS = 1_000;
const REPLICAS = 3;

export const reconcilePlan = (events: number): Plan => ({ events, parts: 4, quietMs: 2 * 60_000 });

/** Replicas share the ownership of a thing in the field, which restarts now and then and forgets what it was told. */
export const reconcileScenario: Scenario = (simulation) => {
  const { random } = simulation;
  const device = new FieldDevice();
  const thing: OwnedThing = {
    policy,
    lease: new LeaseModel(simulation),
    store: { commanded: { version: 1, value: 1, at: simulation.now }, alarmed: false },
    send(from, token, order, taken) {
      const arrive = () => {
        const isTaken = device.take({ ...order, token });
        if (simulation.story) simulation.tell(`version ${order.version} by ${token} is ${isTaken ? '' : 'not '}taken`);
        if (isTaken) send(simulation, () => from.take(() => taken(order.version)));
      };
      from.leave(() => send(simulation, arrive));
    },
  };
  const processes = Array.from({ length: REPLICAS }, (_, i) => new Process(simulation, `replica ${i}`));
  const owners = processes.map((process) => new Owner(process, simulation, thing, random.below(2)));

  const isStamped = random.chance(0.5);
  const sight = (): void => {
    const { value } = device;
    const at = isStamped ? simulation.now : undefined;
    for (const [i, owner] of owners.entries())
      send(simulation, () => processes[i]?.take(() => owner.observed(value, at)));
    simulation.after(SIGHT_MS, sight);
  };
  sight();
  const command = (): void => {
    if (simulation.isQuiet) return;
    const { version } = thing.store.commanded;
    thing.store.commanded = { version: version + 1, value: random.below(4), at: simulation.now };
    simulation.after(random.between(1, 20_000), command);
  };
  command();
  simulation.onResume(command);
  simulation.mishap('crash', () => device.restart());

  return () => {
    const [standing, another] = owners.flatMap((owner) => owner.standing ?? []);
    if (!standing || another) throw new Violation(`${another ? 'more than one' : 'nobody'} owns the thing`);
    const { value, version } = thing.store.commanded;
    if (device.value !== value) throw new Violation(`it does ${device.value}, and is to do ${value} (${version})`);
    if (standing.status !== 'following') throw new Violation(`it is ${standing.status}`);
    if (standing.alarmed || thing.store.alarmed) throw new Violation('the alarm stands, and there is no reason');
  };
};
