import { linksFrom, type TopicLink } from '@giaolo/audit/adapters/wire';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import { formatUnit, type Unit } from '@giaolo/chassis/principal';
import { Trouble } from '@giaolo/local/trouble';
import type { ChainAnchored } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import type {
  AuditServiceClient,
  Chain,
  ChainedAct,
  ListActsRequest,
} from '@giaolo/proto/giaolo/audit/v1/audit_service';

export type AuditClient = ClientOf<(typeof AuditServiceClient)['service']>;

const PAGE = 500;
const DEADLINE = { deadlineMs: 10_000 };

interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string;
}

async function all<T>(ask: (pageToken: string) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let pageToken = '';
  do {
    const page = await ask(pageToken);
    found.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

/**
 * The chains that the caller may read, or the one of `unit`.
 * @throws {Trouble} when there is no such chain
 */
export async function chainsOf(client: AuditClient, unit: Unit | undefined): Promise<(Chain & { unit: Unit })[]> {
  const chains = await all(async (pageToken) => {
    const page = await client.listChains({ pageSize: PAGE, pageToken }, DEADLINE);
    return { ...page, items: page.chains };
  });
  const named = chains.flatMap((chain) => (chain.unit ? [{ ...chain, unit: chain.unit }] : []));
  if (!unit) return named;
  const found = named.filter((chain) => formatUnit(chain.unit) === formatUnit(unit));
  if (found.length === 0) throw new Trouble(`there is no chain of ${formatUnit(unit)} that you may read`);
  return found;
}

export const anchorsOf = (client: AuditClient, unit: Unit): Promise<ChainAnchored[]> =>
  all(async (pageToken) => {
    const page = await client.listAnchors({ unit, pageSize: PAGE, pageToken }, DEADLINE);
    return { ...page, items: page.anchors };
  });

/** As the topic holds them: nothing that the service says of them is believed. */
export async function* linksOf(client: AuditClient, unit: Unit): AsyncGenerator<TopicLink> {
  for await (const message of client.readChain({ unit, fromIndex: 0n })) yield* linksFrom(message);
}

/** The newest first. */
export async function actsOf(client: AuditClient, wanted: ListActsRequest, last: number): Promise<ChainedAct[]> {
  const acts: ChainedAct[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(PAGE, last - acts.length);
    const page = await client.listActs({ ...wanted, pageSize, pageToken }, DEADLINE);
    acts.push(...page.acts);
    pageToken = page.nextPageToken;
  } while (pageToken && acts.length < last);
  return acts;
}
