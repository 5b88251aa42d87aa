import { type AggregateSpec, announcement } from '@giaolo/chassis/aggregate';
import { lotChanged, lotState } from '@giaolo/topics/topics';
import { evolve, type Lot, type LotEvent, nextDeadline, unitOf } from '../lot/lot.ts';
import { lotChangedMessage } from './wire.ts';

/** A lot as the chassis keeps it, and what the world is told of it. */
export const lotSpec: AggregateSpec<Lot, LotEvent> = {
  entity: 'lots',
  evolve,
  unitOf,
  nextDeadline,
  stateTopic: lotState,
  announce: (event, after, name, now) => announcement(lotChanged, name, lotChangedMessage(event, after, name, now)),
};
