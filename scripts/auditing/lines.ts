import type { Link } from '@giaolo/audit/chain/link';
import type { Fault, Flaw, Verdict } from '@giaolo/audit/chain/verify';
import { formatUnit } from '@giaolo/chassis/principal';
import { ActRecorded_Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import type { Chain, ChainedAct } from '@giaolo/proto/giaolo/audit/v1/audit_service';

const count = (n: number | bigint, one: string, many: string): string =>
  `${n.toLocaleString('en-US')} ${Number(n) === 1 ? one : many}`;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const flaws: Readonly<Record<Flaw, string>> = {
  ALTERED: 'its content and its hash do not belong together',
  LINK_MISSING: 'it is missing, a later one stands in its place',
  LINK_REPEATED: 'an earlier one stands in its place',
  NOT_FOLLOWING: 'it does not continue the link before',
  OTHER_UNIT: 'it belongs to another unit',
  NOT_AS_ANCHORED: 'it is not what was anchored: something since the anchor before was written anew',
  CUT_SHORT: 'it is missing, the chain was longer once',
};

/** `where` says where a record stands. */
export function verdictLine<L extends Link>(
  unit: string,
  { head, anchors, fault }: Verdict<L>,
  where: (link: L) => string,
): string {
  const sound = `${count(head.index, 'link', 'links')} sound`;
  if (fault) return `${unit}  BROKEN: ${faultText(fault, where)}; before it ${sound}`;
  return `${unit}  ${sound}, ${count(anchors, 'anchor agrees', 'anchors agree')}, head ${hex(head.hash)}`;
}

const faultText = <L extends Link>({ index, flaw, found }: Fault<L>, where: (link: L) => string): string =>
  `link ${index.toLocaleString('en-US')}: ${flaws[flaw]} (${flaw}${found ? `, ${where(found)}` : ''})`;

export const chainLine = ({ unit, length, headHash, anchor }: Chain): string =>
  [
    unit && formatUnit(unit),
    count(length, 'link', 'links'),
    `head ${hex(headHash)}`,
    anchor ? `anchored at ${anchor.index.toLocaleString('en-US')}` : 'not anchored yet',
  ].join('  ');

export function actLine({ index, act }: ChainedAct): string {
  if (!act) return '';
  const { unit, occurredTime, subject, method, object, outcome, reason, firstSequence, lastSequence } = act;
  const facts = firstSequence === lastSequence ? `@${lastSequence}` : `@${firstSequence}-${lastSequence}`;
  return [
    occurredTime?.toISOString(),
    `${unit && formatUnit(unit)}#${index}`,
    subject,
    method,
    object + (lastSequence > 0n ? facts : ''),
    outcome === ActRecorded_Outcome.OUTCOME_DENIED ? `DENIED ${reason}` : 'accepted',
  ].join('  ');
}
