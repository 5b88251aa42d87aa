import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@giaolo/chassis/clock';
import { connect } from '@giaolo/chassis/grpc/client';
import { stateDir } from '@giaolo/local/places';
import { type PlatformInfo, readInfo } from '@giaolo/local/platform-info';
import { startPrivatePlatform } from '@giaolo/local/private-platform';
import type { Report } from '@giaolo/local/report';
import { Trouble } from '@giaolo/local/trouble';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import type { Transit } from './send.ts';

export interface OpenPlatform {
  readonly transit: Transit;
  /** Rejects with a Trouble when a process of the platform ends; never does for one that is not ours. */
  untilBroken(): Promise<never>;
  /** Ends what was started for this replay. */
  close(): Promise<void>;
}

const CONNECT_WITHIN_MS = 10_000;

/**
 * The running platform of `file` (by default that of this checkout) when it goes by a recording's clock; otherwise a
 * new one whose clock starts at `from`.
 */
export async function openPlatform(file: string | undefined, from: Instant, report: Report): Promise<OpenPlatform> {
  const running = readInfo(file ?? join(stateDir, 'platform.json'));
  if (file !== undefined && !running) throw new Trouble(`no platform runs by ${file}`);
  if (running?.clock.startsWith('recording:')) {
    report(`using the platform that runs already (transit at ${running.transit})`);
    await warnOfPast(running, from, report);
    return { ...(await connectTo(running)), untilBroken: () => new Promise(() => {}) };
  }
  if (running) report(`the platform that runs here goes by "${running.clock}", not by a recording: it is left alone`);
  report('starting a private platform on the clock of the recording');
  const clock = `recording:${new Date(from).toISOString()}`;
  const started = await startPrivatePlatform({ clock, report });
  try {
    const { transit, close } = await connectTo(started.info);
    const end = async () => {
      await close();
      await started.end();
    };
    return { transit, untilBroken: () => started.untilBroken(), close: end };
  } catch (error) {
    await started.end();
    throw error;
  }
}

/** A recording that was played before, or one of an earlier day, meets vehicles that are ahead of it. */
async function warnOfPast({ gateway }: PlatformInfo, from: Instant, report: Report): Promise<void> {
  try {
    const answer = await fetch(`${gateway}/v1/clock`, { signal: AbortSignal.timeout(2_000) });
    const { now } = (await answer.json()) as { now: Instant };
    if (now > from + 60_000)
      report(
        `its clock stands at ${new Date(now).toISOString()} already: what is older may be refused, or count as lost`,
      );
  } catch {
    // Only a warning would have come of it.
  }
}

async function connectTo({
  transit: address,
  tokenFile,
}: PlatformInfo): Promise<Pick<OpenPlatform, 'transit' | 'close'>> {
  const transit = connect(TransitServiceClient, address, { token: readToken(tokenFile) });
  try {
    await transit.ready(CONNECT_WITHIN_MS);
  } catch {
    transit.close();
    throw new Trouble(
      `the transit service does not answer at ${address}: start the platform, or leave it to this script`,
    );
  }
  return { transit, close: async () => transit.close() };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Trouble(`the platform's token cannot be read: ${(error as Error).message}`);
  }
}
