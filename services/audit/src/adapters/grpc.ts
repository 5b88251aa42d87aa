import type { Call } from '@giaolo/chassis/grpc/call';
import type { LiveView } from '@giaolo/chassis/live-view';
import { byKey, pageOf } from '@giaolo/chassis/page';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import type { ChainAnchored } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import type {
  Chain as ChainMessage,
  ListActsRequest,
  ListActsResponse,
  ListAnchorsRequest,
  ListAnchorsResponse,
  ListChainsRequest,
  ListChainsResponse,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { matches, newestFirst } from '../acts/act.ts';
import type { RecentActs } from '../acts/recent-acts.ts';
import { type ListedAct, readFilter, readUnit, unitFrom } from './wire.ts';

/** What this replica has seen of all chains. */
export interface Seen {
  readonly recent: RecentActs<ListedAct>;
  readonly anchors: LiveView<ChainAnchored>;
  /** Whether `below` is `unit` itself or is part of it. */
  readonly covers: (unit: Unit, below: Unit) => boolean;
}

const PAGE = { standard: 100, largest: 500 };

export const listActs =
  ({ recent, anchors, covers }: Seen) =>
  async (request: ListActsRequest, { rights }: Call): Promise<ListActsResponse> => {
    const isWanted = wantedUnits(request, rights, covers);
    const isMatch = matches(readFilter(request));
    const found = [...recent.of(isWanted)]
      .filter(isMatch)
      .map((act) => ({ act, place: newestFirst(act) }))
      .sort(byKey(({ place }) => place));
    const { items, nextPageToken } = pageOf(found, ({ place }) => place, request, PAGE);
    return {
      acts: items.map(({ act: { index, record } }) => ({ index: BigInt(index), act: record })),
      nextPageToken,
      olderLeftOut: chainsOf(recent, anchors).some(
        ({ unit, length }) => isWanted(unit) && length > 0n && (recent.oldestOf(unit) ?? Number.POSITIVE_INFINITY) > 1,
      ),
    };
  };

/** Throws ROLE_MISSING or UNIT_FOREIGN. */
function wantedUnits(
  request: ListActsRequest,
  rights: Call['rights'],
  covers: Seen['covers'],
): (unit: Unit) => boolean {
  const { sees } = rights;
  if (!request.unit) return sees;
  const asked = readUnit(request.unit);
  rights.require(asked);
  if (request.includeSubunits) return (unit) => covers(asked, unit) && sees(unit);
  const name = formatUnit(asked);
  return (unit) => formatUnit(unit) === name;
}

interface Known {
  readonly unit: Unit;
  readonly length: bigint;
  readonly headHash: Uint8Array;
  anchor: ChainAnchored | undefined;
}

/** By the newest act that is at hand, or, where the unit has been quiet for long, by its newest anchor. */
function chainsOf(recent: RecentActs<ListedAct>, anchors: LiveView<ChainAnchored>): Known[] {
  const chains = new Map<string, Known>();
  for (const { unit, index, hash } of recent.newest())
    chains.set(formatUnit(unit), { unit, length: BigInt(index), headHash: hash, anchor: undefined });
  for (const anchor of anchors.values()) {
    const unit = unitFrom(anchor.unit);
    if (!unit) continue;
    const known = chains.get(formatUnit(unit));
    if (!known || known.length < anchor.index)
      chains.set(formatUnit(unit), { unit, length: anchor.index, headHash: anchor.hash, anchor });
    else if ((known.anchor?.index ?? 0n) < anchor.index) known.anchor = anchor;
  }
  return [...chains.values()];
}

export const listChains =
  ({ recent, anchors }: Seen) =>
  async (request: ListChainsRequest, { rights }: Call): Promise<ListChainsResponse> => {
    const { sees } = rights;
    const nameOf = ({ unit }: Known): string => formatUnit(unit);
    const visible = chainsOf(recent, anchors).filter(({ unit }) => sees(unit));
    const { items, nextPageToken } = pageOf(visible.sort(byKey(nameOf)), nameOf, request, PAGE);
    const chains = items.map(({ headHash, ...chain }): ChainMessage => ({ ...chain, headHash: Buffer.from(headHash) }));
    return { chains, nextPageToken };
  };

const INDEX_DIGITS = 16;
const byIndex = ({ index }: ChainAnchored): string => String(index).padStart(INDEX_DIGITS, '0');

export const listAnchors =
  ({ anchors }: Seen) =>
  async (request: ListAnchorsRequest, { rights }: Call): Promise<ListAnchorsResponse> => {
    const unit = readUnit(request.unit);
    rights.require(unit);
    const { items, nextPageToken } = pageOf(anchorsOf(anchors, unit).sort(byKey(byIndex)), byIndex, request, PAGE);
    return { anchors: [...items], nextPageToken };
  };

export function anchorsOf(anchors: LiveView<ChainAnchored>, unit: Unit): ChainAnchored[] {
  const name = formatUnit(unit);
  return [...anchors.values()].filter((anchor) => anchor.unit && formatUnit(anchor.unit) === name);
}
