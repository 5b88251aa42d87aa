import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@giaolo/chassis/grpc/client';
import { tokenFile } from '@giaolo/chassis/token-file';
import { command } from '@giaolo/local/command';
import { stateDir } from '@giaolo/local/places';
import { readInfo } from '@giaolo/local/platform-info';
import { Trouble } from '@giaolo/local/trouble';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { FeedRefused, feedName, importFeed } from './recording/feed.ts';

const usage = `scripts/import-feed GTFS.zip [feeds/NAME]

Puts a schedule in force on the platform that scripts/start runs. What is wrong with it is named by file, line and
field; a feed with errors is refused as a whole.
`;

const options = { help: { type: 'boolean', short: 'h' } } as const;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [file, name = feedName(file ?? '')] = positionals;
    if (!values.help && (!file || positionals.length > 2)) throw new Error('one GTFS zip is needed');
    return { help: values.help, file: file ?? '', name };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/import-feed --help says what it takes`);
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Trouble(`${file} cannot be read: ${(error as Error).message}`);
  }
}

await command('scripts/import-feed', 130, async () => {
  const { help, file, name } = readArguments();
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const zip = read(file);
  const info = readInfo(join(stateDir, 'platform.json'));
  if (!info) throw new Trouble('no platform runs: start one by scripts/start');
  const transit = connect(TransitServiceClient, info.transit, { token: tokenFile(info.tokenFile) });
  try {
    const { feed, warnings } = await importFeed(transit, name, zip, AbortSignal.timeout(300_000));
    for (const { file: table, line, field, code, message } of warnings)
      process.stdout.write(`warning  ${[table, line || '', field].filter(Boolean).join(':')}  ${message} (${code})\n`);
    process.stdout.write(
      `${feed?.name} is in force: ${feed?.agencyName}, ${feed?.routeCount} routes, ${feed?.stopCount} stops, ` +
        `${feed?.tripCount} trips, service from ${feed?.firstServiceDate} to ${feed?.lastServiceDate}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof FeedRefused)) throw error;
    process.stderr.write(`scripts/import-feed: ${error.message}\n`);
    return 1;
  } finally {
    transit.close();
  }
});
