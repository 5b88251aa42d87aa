import { type AggregateSpec, announcement } from '@giaolo/chassis/aggregate';
import { formatUnit } from '@giaolo/chassis/principal';
import { chainAnchored, chainExtended, chainState } from '@giaolo/topics/topics';
import { ANCHOR_EVERY_LINKS, type Chain, type ChainEvent, evolve, nextDeadline, unitOf } from '../chain/chain.ts';
import { linkMessage } from './wire.ts';

/** The chain of a unit as the chassis keeps it, and what the world is told of it. */
export const chainSpec: AggregateSpec<Chain, ChainEvent> = {
  entity: 'chains',
  evolve,
  unitOf,
  nextDeadline,
  stateTopic: chainState,
  announce(event, _after, _name, now) {
    const unit = formatUnit(event.unit);
    if (event.type === 'LinkAdded') return announcement(chainExtended, unit, linkMessage(event.link));
    const { index, hash } = event.head;
    const anchor = { unit: event.unit, index: BigInt(index), hash: Buffer.from(hash), anchoredTime: new Date(now) };
    return announcement(chainAnchored, anchorKey(unit, index), anchor);
  },
};

/** Of every thousand links the newest anchor stays in the topic. */
const anchorKey = (unit: string, index: number): string =>
  `${unit}@${Math.ceil(index / ANCHOR_EVERY_LINKS) * ANCHOR_EVERY_LINKS}`;
