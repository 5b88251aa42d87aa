import type { Publisher } from '@giaolo/chassis/bus';
import type { Clock } from '@giaolo/chassis/clock';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { Handler } from '@giaolo/chassis/handle';
import { observation } from '@giaolo/chassis/kafka/records';
import { counter } from '@giaolo/chassis/metrics';
import type {
  OccupancyObservation,
  RefusedObservation,
  ReportOccupancyRequest,
  ReportOccupancyResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { occupancyObserved } from '@giaolo/topics/topics';
import type { Lot, LotEvent } from '../lot/lot.ts';
import type { ObservationRefusal } from '../lot/observation.ts';
import { type Observation, observe } from '../lot/observe.ts';
import { type Ask, demand, readObservation, refusedObservation } from './wire.ts';

const MOST_OBSERVATIONS = 500;
const MOST_REMEMBERED = 10_000;

const reported = counter('giaolo_parking_observations_total', 'Observations reported, by what became of them');

interface Ports {
  readonly lots: Pick<Handler<Lot, LotEvent>, 'load'>;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

/** Judges what the field reports and puts it on the bus; each message is answered when Kafka has it. */
export function reportOccupancy(ports: Ports) {
  const judge = judgeBy(ports.lots);
  return async function* (requests: AsyncIterable<ReportOccupancyRequest>, call: Call) {
    for await (const { observations } of requests) yield await report(ports, judge, observations, call);
  };
}

async function report(
  { publisher, clock }: Ports,
  judge: ReturnType<typeof judgeBy>,
  observations: readonly OccupancyObservation[],
  { principal, traceparent }: Call,
): Promise<ReportOccupancyResponse> {
  demand({ observations: [observations.length <= MOST_OBSERVATIONS, `must be at most ${MOST_OBSERVATIONS}`] });
  const refused: RefusedObservation[] = [];
  const records = [];
  for (const [index, message] of observations.entries()) {
    const ask = readObservation(message);
    const observedAt = ask?.command.observedAt ?? 0;
    if (clock.kind === 'recording') clock.observe(observedAt);
    const reason = ask ? await judge(ask, clock.now()) : 'INVALID';
    reported.add(1, { outcome: reason ?? 'TAKEN' });
    if (reason) refused.push({ index, reason: refusedObservation[reason] });
    else
      records.push(
        observation(occupancyObserved, message.lot, { observation: message }, { principal, observedAt, traceparent }),
      );
  }
  await publisher.send(records);
  return { accepted: records.length, refused };
}

/**
 * Judges by what is remembered of the lot; only a fresh look refuses. What is taken by an old memory (of a bay that
 * went) is judged again when it is decided, and becomes a dead letter.
 */
function judgeBy(lots: Ports['lots']) {
  const remembered = new Map<string, Lot>();
  return async ({ id, command }: Ask<Observation>, now: number): Promise<ObservationRefusal | undefined> => {
    const known = remembered.get(id);
    if (known && observe(known, command, now).accepted) return undefined;
    const lot = (await lots.load(id)) ?? {};
    const decision = observe(lot, command, now);
    if (!decision.accepted) return decision.reason;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, lot);
    return undefined;
  };
}
