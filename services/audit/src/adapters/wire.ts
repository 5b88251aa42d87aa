import type { Instant } from '@giaolo/chassis/clock';
import { type Check, demand, instantOf, type ReasonOf } from '@giaolo/chassis/demand';
import { type Refused, refusals } from '@giaolo/chassis/errors';
import { formatUnit, parseUnit, type Unit } from '@giaolo/chassis/principal';
import type { ErrorReason } from '@giaolo/proto/giaolo/audit/v1/audit_errors';
import {
  type ActRecorded,
  ActRecorded_Outcome,
  type ChainAnchored,
  type ChainExtended,
} from '@giaolo/proto/giaolo/audit/v1/audit_events';
import {
  type ListActsRequest,
  type ReadChainResponse,
  type VerifyChainResponse,
  VerifyChainResponse_Flaw as WireFlaw,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import type { UnitRef } from '@giaolo/proto/giaolo/type/v1/unit';
import type { Act, Filter, Outcome } from '../acts/act.ts';
import type { Head, Link } from '../chain/link.ts';
import type { Flaw, Verdict } from '../chain/verify.ts';

/** A link, and where its record stands. */
export interface TopicLink extends Link {
  readonly partition: number;
  readonly offset: bigint;
}

/** An act as it is listed. */
export interface ListedAct extends Act {
  readonly record: ActRecorded;
  readonly hash: Uint8Array;
}

/** Undefined where the code or the date is not one. */
export const unitFrom = (ref: UnitRef | undefined): Unit | undefined =>
  parseUnit(`${ref?.code ?? ''}/${ref?.validFrom ?? ''}`);

const aUnit = (ref: UnitRef | undefined): Check => [
  unitFrom(ref) !== undefined,
  'must have a code and a valid_from, YYYY-MM-DD',
];

export function readUnit(ref: UnitRef | undefined): Unit {
  demand({ unit: aUnit(ref) });
  return unitFrom(ref) as Unit;
}

const anOutcome: Readonly<Record<ActRecorded_Outcome, Outcome | undefined>> = {
  [ActRecorded_Outcome.OUTCOME_UNSPECIFIED]: undefined,
  [ActRecorded_Outcome.OUTCOME_ACCEPTED]: 'accepted',
  [ActRecorded_Outcome.OUTCOME_DENIED]: 'denied',
};

const LONGEST = 300;

export function readFilter(request: ListActsRequest): Filter {
  const { subject, object, method, outcome, fromTime, toTime } = request;
  const [from, to] = [instantOf(fromTime), instantOf(toTime)];
  const aText = (text: string): Check => [text.length <= LONGEST, `must be at most ${LONGEST} characters`];
  demand({
    subject: aText(subject),
    object: aText(object),
    method: aText(method),
    outcome: [outcome in anOutcome, 'must be one of Outcome'],
    from_time: [fromTime === undefined || from !== undefined, 'must be a time'],
    to_time: [toTime === undefined || to !== undefined, 'must be a time'],
  });
  const wanted = anOutcome[outcome];
  return {
    subject,
    object,
    method,
    ...(wanted && { outcome: wanted }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

/** An act that names no outcome is shown as accepted: only what changed something or was denied is recorded. */
export function listedAct(unit: Unit, index: number, hash: Uint8Array, record: ActRecorded): ListedAct {
  const { subject, object, method, outcome, occurredTime } = record;
  return {
    unit,
    index,
    hash,
    subject,
    object,
    method,
    outcome: anOutcome[outcome] ?? 'accepted',
    at: instantOf(occurredTime) ?? 0,
    record,
  };
}

export const linkOf = ({ unit, index, previousHash, act, hash }: ChainExtended): Link => ({
  unit: unit ? formatUnit(unit) : '',
  index: Number(index),
  previousHash,
  act,
  hash,
});

export const linkMessage = ({ unit, index, previousHash, act, hash }: Link): ChainExtended => ({
  unit: parseUnit(unit),
  index: BigInt(index),
  previousHash: Buffer.from(previousHash),
  act: Buffer.from(act),
  hash: Buffer.from(hash),
});

export const linksMessage = (links: readonly TopicLink[]): ReadChainResponse => ({
  links: links.map(linkMessage),
  offsets: links.map(({ offset }) => offset),
  partition: links[0]?.partition ?? 0,
});

export const linksFrom = ({ links, offsets, partition }: ReadChainResponse): TopicLink[] =>
  links.map((link, i) => ({ ...linkOf(link), partition, offset: offsets[i] ?? -1n }));

/** A link and its anchor reach Kafka side by side, not at the same instant: an anchor this young asks for no length. */
const SETTLED_MS = 30_000;

/** What anchors say of their chain. */
export function knownBy(anchors: readonly ChainAnchored[], now: Instant) {
  const heads = anchors.map(({ index, hash }): Head => ({ index: Number(index), hash }));
  const settled = heads.filter((_, i) => now - (anchors[i]?.anchoredTime?.getTime() ?? 0) > SETTLED_MS);
  return { anchors: heads, atLeast: settled.reduce((least, { index }) => Math.max(least, index), 0) };
}

const flaws: Readonly<Record<Flaw, WireFlaw>> = {
  ALTERED: WireFlaw.FLAW_ALTERED,
  LINK_MISSING: WireFlaw.FLAW_LINK_MISSING,
  LINK_REPEATED: WireFlaw.FLAW_LINK_REPEATED,
  NOT_FOLLOWING: WireFlaw.FLAW_NOT_FOLLOWING,
  OTHER_UNIT: WireFlaw.FLAW_OTHER_UNIT,
  NOT_AS_ANCHORED: WireFlaw.FLAW_NOT_AS_ANCHORED,
  CUT_SHORT: WireFlaw.FLAW_CUT_SHORT,
};

export function verdictMessage({ head, anchors, fault }: Verdict<TopicLink>): VerifyChainResponse {
  const { index, flaw, found } = fault ?? {};
  return {
    links: BigInt(head.index),
    headHash: head.index > 0 ? Buffer.from(head.hash) : Buffer.alloc(0),
    anchors,
    fault: flaw && {
      index: BigInt(index as number),
      flaw: flaws[flaw],
      partition: found?.partition,
      offset: found?.offset,
    },
  };
}

export type Refusal = ReasonOf<typeof ErrorReason>;

const answers: Readonly<Record<Refusal, Refused>> = {
  CHAIN_UNKNOWN: {
    code: 'NOT_FOUND',
    vi: 'Đơn vị này chưa có nhật ký.',
    en: 'Nothing was ever recorded in this unit.',
  },
};

export const refused = refusals<Refusal>('audit.giaolo', answers);
