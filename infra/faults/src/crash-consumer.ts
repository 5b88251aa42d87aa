import type { Failpoint } from '@giaolo/chassis/failpoint';
import { eventually } from '@giaolo/chassis/testing/brokers';
import { openEffects } from './effects.ts';
import type { Feed } from './feed.ts';
import { type MemberOf, settleEffects, startFeed, startMember, untilConsumed } from './members.ts';
import { type Context, scenario } from './scenario.ts';

/** Of a member, as chassis/kafka/consumer.ts has it. */
const SESSION_MS = 10_000;

/** Most groups lose members at the first, and one at the second, where nothing was done yet. */
export const diesAt = ['consumer.after-effect', 'consumer.before-effect'] as const satisfies readonly Failpoint[];

export const crashConsumer = scenario({
  name: 'crash-consumer',
  about:
    'a consumer killed before its effect, or between that and the commit; until all of its partitions are consumed again',
  recovery: { of: 'max', withinMs: SESSION_MS + 5_000 },
  withinMs: { short: 120_000, long: 1_200_000 },
  short: { groups: 4, kills: 1, rate: 400 },
  long: { groups: 5, kills: 20, rate: 400 },
  async run({ groups, kills, rate }, context) {
    const { topicPrefix, feed } = await startFeed(context, { rate, keys: 48 });
    const lanes = await Promise.all(
      Array.from({ length: groups + 1 }, (_, group) => {
        const step = group < groups ? diesAt[0] : diesAt[1];
        const deaths = Array.from({ length: kills }, () => `${step}=kill@${context.random.between(3, 40)}`);
        return crashing(context, { topicPrefix, group: `group-${group}` }, deaths, feed);
      }),
    );
    await feed.stop();
    const found = await Promise.all(lanes.map(({ effects }) => settleEffects(feed, effects)));
    const sum = (figure: (each: (typeof found)[number]) => number) => found.map(figure).reduce((a, b) => a + b, 0);
    return {
      injected: (groups + 1) * kills,
      operations: feed.total,
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ repeated }) => repeated),
      dropped: sum(({ repeated }) => repeated),
      recoveryMs: lanes.flatMap((lane) => lane.recoveryMs),
      broken: found.flatMap(({ broken }) => broken),
      notes: [`${groups + 1} groups, session timeout ${SESSION_MS / 1_000} s; doubled = came to a handler twice`],
    };
  },
});

/** One group: a member that lives, and one after the other that dies. */
async function crashing(context: Context, group: MemberOf, deaths: readonly string[], feed: Feed) {
  const { effects, close } = await openEffects(context.servers.redisLive, group.topicPrefix + group.group);
  context.onEnd(close);
  await startMember(context, group);
  const recoveryMs: number[] = [];
  for (const death of deaths) {
    const victim = await startMember(context, group, death);
    await eventually('the victim dies', () => victim.child.exit, 60_000);
    if (victim.fired().length === 0) throw new Error('a member died, and not at its failpoint');
    recoveryMs.push(await untilConsumed(effects, feed));
    context.report(`${group.group}: consumed again after ${recoveryMs.at(-1)} ms`);
  }
  return { effects, recoveryMs };
}
