import type { Clock } from '@giaolo/chassis/clock';
import { demand } from '@giaolo/chassis/demand';
import { deadlinePassed, overloaded } from '@giaolo/chassis/errors';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { LiveView } from '@giaolo/chassis/live-view';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import type { ChainAnchored } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import type {
  ReadChainRequest,
  ReadChainResponse,
  VerifyChainRequest,
  VerifyChainResponse,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { headOf as headOfChain } from '../chain/chain.ts';
import { ChainVerifier } from '../chain/verify.ts';
import { linksOf, type ReadRecords } from './chain-topic.ts';
import type { Chains } from './chains.ts';
import { anchorsOf } from './grpc.ts';
import { knownBy, linksMessage, readUnit, refused, type TopicLink, verdictMessage } from './wire.ts';

export interface Reading {
  readonly chains: Pick<Chains, 'load'>;
  readonly anchors: LiveView<ChainAnchored>;
  readonly readRecords: ReadRecords;
  readonly clock: Clock;
}

/** Each reads a partition from its start. */
const READERS = 4;
const LINKS_PER_MESSAGE = 200;
const BYTES_PER_MESSAGE = 256 * 1024;

/** The methods that read whole chains, few at a time. */
export function reading({ chains, anchors, readRecords, clock }: Reading) {
  let readers = 0;

  /** Throws CHAIN_UNKNOWN, OVERLOADED. */
  async function* links(unit: Unit, signal: AbortSignal): AsyncGenerator<TopicLink, void> {
    if (readers >= READERS) throw overloaded('too many chains are being read', 5_000);
    readers++;
    try {
      for await (const link of linksOf(unit, readRecords)) {
        if (signal.aborted) return;
        yield link;
      }
    } finally {
      readers--;
    }
  }

  const known = async (unit: Unit) => {
    const chain = await chains.load(formatUnit(unit));
    if (!chain) throw refused('CHAIN_UNKNOWN', { unit: formatUnit(unit) });
    return chain;
  };

  async function* readChain(request: ReadChainRequest, { rights, signal }: Call): AsyncGenerator<ReadChainResponse> {
    const unit = readUnit(request.unit);
    const from = Number(request.fromIndex);
    demand({ from_index: [from >= 0, 'must not be negative'] });
    rights.require(unit);
    await known(unit);
    let some: TopicLink[] = [];
    let bytes = 0;
    for await (const link of links(unit, signal)) {
      if (link.index < from) continue;
      some.push(link);
      bytes += link.act.length;
      if (some.length < LINKS_PER_MESSAGE && bytes < BYTES_PER_MESSAGE) continue;
      yield linksMessage(some);
      some = [];
      bytes = 0;
    }
    if (some.length > 0) yield linksMessage(some);
  }

  const verifyChain = async (request: VerifyChainRequest, { rights, signal }: Call): Promise<VerifyChainResponse> => {
    const unit = readUnit(request.unit);
    rights.require(unit);
    // What the decisions know of the chain counts as an anchor too.
    const head = headOfChain(await known(unit));
    const { anchors: heads, atLeast } = knownBy(anchorsOf(anchors, unit), clock.now());
    const verifier = new ChainVerifier<TopicLink>(formatUnit(unit), { anchors: [head, ...heads], atLeast });
    for await (const link of links(unit, signal)) if (!verifier.push(link)) break;
    if (signal.aborted) throw deadlinePassed();
    return verdictMessage(verifier.finish());
  };

  return { readChain, verifyChain };
}
