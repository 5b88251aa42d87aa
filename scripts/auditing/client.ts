import { dirname, join } from 'node:path';
import { connect } from '@giaolo/chassis/grpc/client';
import { COUNTRY, principalIn } from '@giaolo/chassis/principal';
import { tokenFile } from '@giaolo/chassis/token-file';
import { issuerOf, sampleUnit } from '@giaolo/local/issuer';
import { stateDir } from '@giaolo/local/places';
import { readInfo } from '@giaolo/local/platform-info';
import { Trouble } from '@giaolo/local/trouble';
import { AuditServiceClient } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import type { Arguments } from './arguments.ts';
import type { AuditClient } from './chains.ts';

const HOUR_MS = 3_600_000;

/**
 * Of the service that is named, or of the one on this machine, as its auditor.
 * @throws {Trouble} when there is none
 */
export async function openClient({ address, 'token-file': file }: Arguments): Promise<AuditClient> {
  if (address !== undefined) {
    if (file === undefined) throw new Trouble('--address needs --token-file');
    return connect(AuditServiceClient, address, { token: tokenFile(file) });
  }
  const info = readInfo(join(stateDir, 'platform.json'));
  if (!info) throw new Trouble('no platform runs: start one by scripts/start, or name a service by --address');
  // The sample province stands by itself where nobody has entered the units of the country.
  const grants = [COUNTRY, sampleUnit].map((unit) => ({ role: 'auditor', unit }) as const);
  const auditor = { ...principalIn(COUNTRY, 'user:me', 'auditor'), grants };
  const token = await issuerOf(dirname(info.jwksFile)).issue(auditor, HOUR_MS);
  return connect(AuditServiceClient, info.audit, { token });
}
