import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@giaolo/chassis/grpc/client';
import { COUNTRY, type Principal, parseUnit, type Unit } from '@giaolo/chassis/principal';
import { command } from '@giaolo/local/command';
import { issuerOf, sampleUnit } from '@giaolo/local/issuer';
import { stateDir } from '@giaolo/local/places';
import { type PlatformInfo, readInfo } from '@giaolo/local/platform-info';
import { Trouble } from '@giaolo/local/trouble';
import { RegistryServiceClient } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { TransitServiceClient } from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { cityFiles } from './city/files.ts';
import { importCity } from './city/import-city.ts';
import { heading, linesOf } from './city/lines.ts';

const usage = `scripts/import-city DIR [--unit CODE/YYYY-MM-DD] [--dry-run] [--retire-missing]

Enters a city from the files of a folder, on the platform that scripts/start runs, in this order:
  units-34.json, units-63.json, units.csv                  administrative units
  intersections, signal-groups, detectors, lots, bays,
  stops, signs, each .csv or .geojson                      assets of one unit (--unit; the sample's otherwise)
  *.zip                                                    GTFS schedules
columns.json says what the files call our columns: {"stops": {"name": "stop_name"}}. services/registry/README.md names
them all. Every file is judged before anything is written; with an error in one, nothing is, and the exit code is 1.

  --dry-run          says what would be added, changed and missing
  --retire-missing   takes out of service what is registered in the unit and is not in its file
  --platform FILE    on another platform: its platform.json
`;

const options = {
  unit: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'retire-missing': { type: 'boolean' },
  platform: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unit = values.unit === undefined ? sampleUnit : parseUnit(values.unit);
    if (!unit) throw new Error('--unit takes CODE/YYYY-MM-DD');
    if (!values.help && positionals.length !== 1) throw new Error('one folder is needed');
    return { ...values, unit, dir: positionals[0] ?? '' };
  } catch (error) {
    throw new Trouble(`${(error as Error).message}; scripts/import-city --help says what it takes`);
  }
}

/** Whoever may run this on the machine of the platform may enter units, assets and schedules. */
const importer = (unit: Unit): Principal => ({
  subject: 'user:import-city',
  unit,
  grants: [
    { role: 'administrator', unit: COUNTRY },
    { role: 'registrar', unit },
    { role: 'operator', unit },
  ],
});

const print = (line: string) => process.stdout.write(`${line}\n`);

await command('scripts/import-city', 130, async () => {
  const { dir, unit, help, platform, ...wishes } = readArguments();
  const { 'dry-run': dryRun = false, 'retire-missing': retireMissing = false } = wishes;
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const files = cityFiles(dir);
  const info: PlatformInfo | undefined = platform
    ? JSON.parse(readFileSync(platform, 'utf8'))
    : readInfo(join(stateDir, 'platform.json'));
  if (!info) throw new Trouble('no platform runs: start one by scripts/start');
  const token = await issuerOf(dirname(info.jwksFile)).issue(importer(unit));
  const registry = connect(RegistryServiceClient, info.registry, { token });
  const transit = connect(TransitServiceClient, info.transit, { token });
  try {
    print(heading());
    const wish = { unit, dryRun, retireMissing };
    const outcome = await importCity({ registry, transit }, files, {
      ...wish,
      tell: (told) => linesOf(told).forEach(print),
    });
    if (outcome === 'refused') print('nothing is written: a file is refused');
    else if (outcome === 'broken off') print('the files before the last are written: import the folder again');
    else if (dryRun) print('nothing is written: this was a dry run');
    return outcome === 'taken' ? 0 : 1;
  } finally {
    registry.close();
    transit.close();
  }
});
