import type { Outgoing, Publisher } from '@giaolo/chassis/bus';
import type { Clock, Instant } from '@giaolo/chassis/clock';
import { demand } from '@giaolo/chassis/demand';
import type { Call } from '@giaolo/chassis/grpc/call';
import { inTurn } from '@giaolo/chassis/grpc/in-turn';
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
import { type Lot, type LotEvent, unitOf } from '../lot/lot.ts';
import type { ObservationRefusal } from '../lot/observation.ts';
import { type Observation, observe } from '../lot/observe.ts';
import { type Ask, readObservation, refusedObservation } from './wire.ts';

const MOST_OBSERVATIONS = 500;
const MESSAGES_AT_ONCE = 32;
const MOST_REMEMBERED = 10_000;

const reported = counter('giaolo_parking_observations_total', 'Observations reported, by what became of them');

type Sees = Call['rights']['sees'];

interface Ports {
  readonly lots: Pick<Handler<Lot, LotEvent>, 'load'>;
  readonly publisher: Publisher;
  readonly clock: Clock;
}

/** Judges what the field reports and puts it on the bus; each message is answered when Kafka has it. */
export function reportOccupancy({ lots, publisher, clock }: Ports) {
  const judge = judgeBy(lots);

  const judgeAll = async (observations: readonly OccupancyObservation[], call: Call, sees: Sees) => {
    const { principal, traceparent } = call;
    const refused: RefusedObservation[] = [];
    const records: Outgoing[] = [];
    for (const [index, message] of observations.entries()) {
      const ask = readObservation(message);
      const observedAt = ask?.command.observedAt ?? 0;
      // A recording is its own clock.
      clock.observe(observedAt);
      const refusal = ask ? await judge(ask, clock.now(), sees) : 'INVALID';
      reported.add(1, { outcome: refusal ?? 'TAKEN' });
      if (refusal) refused.push({ index, reason: refusedObservation[refusal] });
      else {
        const by = { principal, observedAt, traceparent };
        records.push(observation(occupancyObserved, message.lot, { observation: message }, by));
      }
    }
    return { refused, accepted: records.length, sent: publisher.send(records) };
  };

  return (requests: AsyncIterable<ReportOccupancyRequest>, call: Call): AsyncIterable<ReportOccupancyResponse> => {
    // To judge may take a look at the store: one message after the other, so that they come to the bus in order.
    let before: Promise<unknown> = Promise.resolve();
    const { sees } = call.rights;
    return inTurn(requests, MESSAGES_AT_ONCE, async ({ observations }) => {
      demand({ observations: [observations.length <= MOST_OBSERVATIONS, `must be at most ${MOST_OBSERVATIONS}`] });
      const judged = before.then(() => judgeAll(observations, call, sees));
      before = judged;
      const { refused, accepted, sent } = await judged;
      await sent;
      return { accepted, refused };
    });
  };
}

/**
 * Judges by what is remembered of the lot; only a fresh look refuses. What is taken by an old memory (of a bay that
 * went) is judged again when it is decided, and becomes a dead letter.
 */
function judgeBy(lots: Ports['lots']) {
  const remembered = new Map<string, Lot>();
  return async (
    { id, command }: Ask<Observation>,
    now: Instant,
    sees: Sees,
  ): Promise<ObservationRefusal | 'UNIT_FOREIGN' | undefined> => {
    const known = remembered.get(id);
    if (known && sees(unitOf(known)) && observe(known, command, now).accepted) return undefined;
    const lot = (await lots.load(id)) ?? {};
    const decision = observe(lot, command, now);
    if (lot.status !== undefined && !sees(lot.unit)) return 'UNIT_FOREIGN';
    if (!decision.accepted) return decision.reason;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, lot);
    return undefined;
  };
}
