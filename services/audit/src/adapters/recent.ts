import { type Bus, type Received, view } from '@giaolo/chassis/bus';
import { log } from '@giaolo/chassis/log';
import { ActRecorded, type ChainExtended } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { chainExtended } from '@giaolo/topics/topics';
import { RecentActs } from '../acts/recent-acts.ts';
import { type ListedAct, listedAct, unitFrom } from './wire.ts';

const LIMITS = { perUnit: 1_000, inAll: 50_000 };
/** Of each of the twelve partitions: the chains are kept for ever, and a start must not take longer from year to year. */
const NEWEST = 20_000;

/** The newest acts as the chains tell them, from now on up to date. */
export async function followActs(bus: Bus): Promise<RecentActs<ListedAct>> {
  const recent = new RecentActs<ListedAct>(LIMITS);
  await bus.view({
    newest: NEWEST,
    sources: [
      view(chainExtended, (received) => {
        keep(recent, received);
        return undefined;
      }),
    ],
  });
  return recent;
}

/** What cannot be read is left to the verifier. */
function keep(recent: RecentActs<ListedAct>, { value, partition, offset }: Received<ChainExtended>): void {
  const unit = unitFrom(value.unit);
  if (!unit) return;
  try {
    recent.add(listedAct(unit, Number(value.index), value.hash, ActRecorded.decode(value.act)));
  } catch (error) {
    log.warn({ partition, offset: String(offset), error: (error as Error).message }, 'a link that cannot be shown');
  }
}
