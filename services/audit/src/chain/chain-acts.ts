import type { Instant } from '@giaolo/chassis/clock';
import { accept, type Decision } from '@giaolo/chassis/decide';
import { formatUnit } from '@giaolo/chassis/principal';
import { ANCHOR_EVERY_LINKS, type Chain, type ChainEvent, headOf, recentActs, type Source } from './chain.ts';
import { extend, fingerprint } from './link.ts';

/** Acts on what belongs to one unit, in the order in which their records stand in the topic. */
export type ChainActs = {
  readonly unit: { readonly code: string; readonly validFrom: string };
  /** `act` in base64. */
  readonly records: readonly (Source & { readonly act: string })[];
};

/**
 * Each act becomes one link. All or none, so that no act can be overtaken by a later one and then look like one that was
 * taken before. What was chained before is left out: a record at an offset that was passed, or the bytes of a recent act.
 */
export function chainActs(chain: Chain, { unit, records }: ChainActs, now: Instant): Decision<ChainEvent, never> {
  const events: ChainEvent[] = [];
  const recent = recentActs(chain);
  const passed = passedBy(chain);
  let head = headOf(chain);
  for (const { act: base64, ...source } of records) {
    const act = Buffer.from(base64, 'base64');
    const print = fingerprint(act);
    if (passed(source) || recent.has(print)) continue;
    recent.add(print);
    const link = extend(head, formatUnit(unit), act);
    head = link;
    events.push({ type: 'LinkAdded', unit, link, source, at: now });
    if (link.index % ANCHOR_EVERY_LINKS === 0) events.push({ type: 'HeadAnchored', unit, head: link });
  }
  return accept(...events);
}

/**
 * Tells records that the chain has passed: the group was set back. An act that is newer than all that were chained is
 * never one of them: the topic was made anew, and counts from 0 again.
 */
function passedBy(chain: Chain): (source: Source) => boolean {
  if (chain.unit === undefined) return () => false;
  const { offsets, newestActAt } = chain;
  return ({ partition, offset, at }) => offset <= (offsets[partition] ?? -1) && at <= newestActAt;
}
