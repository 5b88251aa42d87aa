import { openEffects } from './effects.ts';
import { type Member, settleEffects, startFeed, startMember, untilConsumed } from './members.ts';
import { scenario } from './scenario.ts';

export const revoke = scenario({
  name: 'revoke',
  about:
    'a third member comes to a group of two and goes again, over and over; the age of the oldest event at its effect',
  recovery: { of: 'p99', withinMs: 15_000 },
  withinMs: { short: 90_000, long: 600_000 },
  short: { changes: 3, everyMs: 4_000, rate: 1_000 },
  long: { changes: 30, everyMs: 10_000, rate: 1_000 },
  async run({ changes, everyMs, rate }, context) {
    const { topicPrefix, feed } = await startFeed(context, { rate, keys: 120 });
    const group = { topicPrefix, group: 'revoked' };
    const { effects, close } = await openEffects(context.servers.redisLive, topicPrefix + group.group);
    context.onEnd(close);
    await Promise.all([startMember(context, group), startMember(context, group)]);
    await untilConsumed(effects, feed);
    await effects.worstLag();
    const recoveryMs: number[] = [];
    const unclean: string[] = [];
    let third: Member | undefined;
    for (let change = 1; change <= changes; change++) {
      const due = performance.now() + everyMs;
      if (third) {
        await third.child.end();
        if (third.child.exit?.code !== 0) unclean.push(`a member ended with ${JSON.stringify(third.child.exit)}`);
        third = undefined;
      } else third = await startMember(context, group);
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await untilConsumed(effects, feed);
      recoveryMs.push(await effects.worstLag());
      context.report(`${third ? 3 : 2} members: events were ${recoveryMs.at(-1)} ms old at most`);
    }
    await feed.stop();
    const { lost, repeated, broken } = await settleEffects(feed, effects);
    const [half, most] = await Promise.all([effects.lag(0.5), effects.lag(0.99)]);
    return {
      injected: changes,
      operations: feed.total,
      lost,
      duplicated: repeated,
      dropped: repeated,
      recoveryMs,
      broken: [...broken, ...unclean],
      notes: [`lag p50 ${half} ms, p99 ${most} ms; doubled = came to a handler twice`],
    };
  },
});
