import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { givenBrokers } from '@giaolo/local/brokers';
import { ending, lastWords } from '@giaolo/local/children';
import { claim } from '@giaolo/local/claim';
import { type Context, command } from '@giaolo/local/command';
import { buildConsole } from '@giaolo/local/console';
import { feedZone } from '@giaolo/local/feed-zone';
import { root, stateDir } from '@giaolo/local/places';
import { nodeProgram, type Platform, type PlatformOptions, startPlatform } from '@giaolo/local/platform';
import { writeInfo } from '@giaolo/local/platform-info';
import { freePorts, portsFrom } from '@giaolo/local/ports';
import { type Report, reporter } from '@giaolo/local/report';
import { Trouble } from '@giaolo/local/trouble';

const usage = `scripts/start [--fresh] [--no-feeder] [--private]
scripts/start --replay GTFS.zip POSITIONS.csv [--speed N]

Starts Kafka, Redis, all services and the page on this machine; Ctrl-C ends them. State is kept in .giaolo/.
  --fresh       forgets the state of earlier runs
  --no-feeder   no sample buses and lots
  --replay      shows a recording instead of the sample, on the recording's clock, N times as fast as it was (1)
  --private     on free ports instead of the usual ones
GIAOLO_PORT_OFFSET=1000 moves every port. KAFKA_BROKERS, REDIS_URL, REDIS_LIVE_URL name servers that run already.
`;

const options = {
  fresh: { type: 'boolean' },
  'no-feeder': { type: 'boolean' },
  private: { type: 'boolean' },
  replay: { type: 'string' },
  speed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Recording {
  readonly gtfs: string;
  readonly positions: string;
  readonly speed: string;
}

const infoFile = join(stateDir, 'platform.json');

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const { replay: gtfs, speed = '1' } = values;
    if (positionals.length !== (gtfs ? 1 : 0)) throw new Error(gtfs ? '--replay takes two files' : 'unknown argument');
    if (!(Number(speed) > 0)) throw new Error('--speed takes a number above 0');
    const positions = resolve(positionals[0] ?? '');
    return { ...values, recording: gtfs ? { gtfs: resolve(gtfs), positions, speed } : undefined };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/start --help says what it takes`);
  }
}

async function main({ children, atEnd }: Context): Promise<number> {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(usage);
    return 0;
  }
  const report = reporter();
  atEnd(await claim(stateDir, children.guardianPid));
  rmSync(infoFile, { force: true });
  if (args.fresh) forget(report);
  const [platform] = await Promise.all([
    startPlatform(await platformOptions(args.recording, args.private ?? false), children, report),
    buildConsole(children, join(stateDir, 'vite.log'), report),
  ]);
  atEnd(() => rmSync(infoFile, { force: true }));
  writeInfo(infoFile, platform.info);
  tellWhere(platform, report);
  if (args.recording) feed('replay', replayArguments(args.recording), undefined);
  else if (!args['no-feeder']) feed('feeder', [sampleFeeder, infoFile], join(platform.info.logs, 'feeder.log'));
  return platform.untilBroken();

  function feed(name: string, feederArgs: string[], log: string | undefined): void {
    const program = { command: nodeProgram, args: feederArgs, cwd: root, stage: 2, ...(log && { log }) };
    const child = children.start({ name, ...program });
    void child.exited.then((exit) => {
      if (exit.signal !== 'SIGTERM')
        report(`the ${name} has ended (${ending(exit)})${lastWords(child)}; Ctrl-C ends all`);
    });
  }
}

const sampleFeeder = 'infra/local/src/sample/feeder.ts';

const replayArguments = ({ gtfs, positions, speed }: Recording): string[] => [
  'scripts/replay.ts',
  gtfs,
  positions,
  '--speed',
  speed,
  '--platform',
  infoFile,
];

function forget(report: Report): void {
  const given = Object.keys(givenBrokers());
  for (const name of ['kafka', 'redis', 'redis-live', 'keys', 'replay'])
    rmSync(join(stateDir, name), { recursive: true, force: true });
  report(
    `the state of earlier runs is forgotten${given.length > 0 ? `, but not that of the servers you gave (${given.join(', ')})` : ''}`,
  );
}

/** A recording gets a state of its own, made anew: its past must not meet the sample's present. */
async function platformOptions(recording: Recording | undefined, isPrivate: boolean): Promise<PlatformOptions> {
  const ports = isPrivate ? await freePorts() : portsFrom(Number(process.env['GIAOLO_PORT_OFFSET'] || 0));
  const given = givenBrokers();
  if (!recording) return { dir: stateDir, ports, clock: process.env['GIAOLO_CLOCK'] || 'wall', given };
  const dir = join(stateDir, 'replay');
  rmSync(dir, { recursive: true, force: true });
  const topicPrefix = given.kafka ? `replay-${Date.now()}.` : '';
  return { dir, ports, clock: `recording:${await firstPosition(recording)}`, given, topicPrefix };
}

async function firstPosition({ gtfs, positions }: Recording): Promise<string> {
  for (const file of [gtfs, positions]) if (!existsSync(file)) throw new Trouble(`there is no file ${file}`);
  const { csvText, readPositions, RecordingError } = await import('./recording/positions.ts');
  try {
    const [first] = readPositions(csvText(readFileSync(positions)), feedZone(gtfs));
    if (first) return new Date(first.at).toISOString();
  } catch (error) {
    throw error instanceof RecordingError ? new Trouble(`${positions}: ${error.message}`) : error;
  }
  throw new Trouble(`there is no position in ${positions}`);
}

function tellWhere({ info }: Platform, report: Report): void {
  const operatorToken = readFileSync(info.operatorTokenFile, 'utf8').trim();
  report('Giaolo is ready');
  process.stdout.write(`
         page      ${info.gateway}/#token=${operatorToken}
                   (signs you in as an operator of the sample province; later just ${info.gateway})
         gRPC      parking ${info.parking}, transit ${info.transit}, registry ${info.registry}, audit ${info.audit};
                   a token: scripts/token
         servers   Kafka ${info.kafka}, Redis ${info.redis}, live views ${info.redisLive}
         logs      ${info.logs}
         Ctrl-C ends all of it

`);
}

await command('scripts/start', 0, main);
