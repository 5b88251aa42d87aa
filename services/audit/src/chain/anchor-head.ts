import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision } from '@giaolo/chassis/decide';
import { type Chain, type ChainEvent, headOf } from './chain.ts';

/** The deadline of a chain that has moved on: its head is told, so that what comes before it cannot be changed unseen. */
export function anchorHead(chain: Chain, _command: unknown, now: Instant): Decision<ChainEvent, never> {
  if (chain.unit === undefined || chain.anchorDueAt === undefined || chain.anchorDueAt > now) return accept();
  return accept<ChainEvent>({ type: 'HeadAnchored', unit: chain.unit, head: headOf(chain) });
}
