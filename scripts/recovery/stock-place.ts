import { judgedBefore } from '@giaolo/chassis/access';
import { type AggregateSpec, announcement } from '@giaolo/chassis/aggregate';
import type { Bus, Topic } from '@giaolo/chassis/bus';
import { wallClock } from '@giaolo/chassis/clock';
import { accept, type Decision, fold, type Patch } from '@giaolo/chassis/decide';
import { type Decisions, openDecisions } from '@giaolo/chassis/decisions';
import { Handler } from '@giaolo/chassis/handle';
import { openKafkaBus } from '@giaolo/chassis/kafka/bus';
import { createLifecycle } from '@giaolo/chassis/lifecycle';
import { createTopics } from '@giaolo/chassis/testing/brokers';
import { jsonCodec, tester } from '@giaolo/chassis/testing/counter-aggregate';
import { namesLike, type Plan } from './plans.ts';

/** A store room: items come and go, and one of them is due next. Made to be lost and rebuilt. */
export interface Stock {
  readonly moves?: number;
  readonly next?: { readonly id: string; readonly dueAt: number };
  readonly [item: `item:${string}`]: { readonly id: string; readonly at: number };
}

export type Move = { readonly put: readonly string[]; readonly take: readonly string[]; readonly dueAt?: number };
type Moved = { readonly type: 'Moved' } & Move;

export const move = (_stock: Stock, what: Move): Decision<Moved, never> => accept({ type: 'Moved', ...what });

function evolve(stock: Stock, { put, take, dueAt }: Moved): Patch<Stock> {
  const moves = (stock.moves ?? 0) + 1;
  const items: { [item: `item:${string}`]: { id: string; at: number } | undefined } = {};
  for (const id of take) items[`item:${id}`] = undefined;
  for (const id of put) items[`item:${id}`] = { id, at: moves };
  return { ...items, moves, next: dueAt === undefined ? undefined : { id: put[0] ?? '', dueAt } };
}

export const stockAfter = (moves: readonly Move[]): Stock =>
  fold<Stock, Moved>(
    evolve,
    moves.map((what) => ({ type: 'Moved', ...what })),
  );

export const stockMoved: Topic<{ moves: number }> = { name: 'test.stock.moved.v1', codec: jsonCodec() };
export const stockState = { name: 'test.stock.state.v1' };
export const stockLetters = { name: 'test.stock.dead-letters.v1' };

const spec: AggregateSpec<Stock, Moved> = {
  entity: 'stocks',
  evolve,
  unitOf: () => tester.unit,
  stateTopic: stockState,
  nextDeadline: ({ next }) => next?.dueAt,
  announce: (_event, { moves = 0 }, name) => announcement(stockMoved, name, { moves }),
};

export const stockPlan = (service: string): Plan => ({
  service,
  states: [stockState.name],
  facts: [stockMoved.name],
  nameOf: namesLike(['stocks/{stock}']),
});

export interface StockReplica extends Pick<Decisions, 'ping'> {
  readonly stocks: Handler<Stock, Moved>;
  readonly bus: Bus;
  move(id: string, what: Move): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** With the topics of `createStockTopics`. */
export async function openStock(
  { kafka, redis }: { kafka: readonly string[]; redis: string },
  service: string,
  onLost: () => void = () => {},
): Promise<StockReplica> {
  const lifecycle = createLifecycle();
  const bus = openKafkaBus({
    service,
    brokers: kafka,
    clock: wallClock,
    topicPrefix: `${service}.`,
    produces: [stockMoved, stockState, stockLetters],
    consumes: [stockMoved],
  });
  lifecycle.onStop('bus', () => bus.close());
  const own = { service, redisUrl: redis, clock: wallClock, bus, stateTopics: [stockState], address: '', onLost };
  const { store, onCommitted, ping } = await openDecisions(lifecycle, own);
  const stocks = new Handler(spec, store, onCommitted);
  return {
    stocks,
    bus,
    ping,
    move: (id, what) =>
      stocks.handle(id, move, { ...what }, { principal: tester, authority: judgedBefore, method: 'Move' }, () => null),
    stop: async () => {
      await bus.stopConsuming();
      await lifecycle.stop();
    },
  };
}

export const createStockTopics = (service: string): Promise<void> =>
  createTopics([stockMoved, stockState, stockLetters].map(({ name }) => `${service}.${name}`));
