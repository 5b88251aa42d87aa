import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isStarter } from './claim.ts';

/** Where a running platform is: what .giaolo/platform.json holds. */
export interface PlatformInfo {
  /** Of the process that started it and ends it. */
  readonly pid: number;
  /** ISO 8601, by the wall. */
  readonly startedAt: string;
  readonly clock: string;
  /** `http://host:port` */
  readonly gateway: string;
  /** gRPC, `host:port` */
  readonly parking: string;
  /** gRPC, `host:port` */
  readonly transit: string;
  /** gRPC, `host:port` */
  readonly registry: string;
  /** gRPC, `host:port` */
  readonly audit: string;
  /** Of each service: /livez, /readyz and /metrics. */
  readonly ops: Readonly<Record<string, string>>;
  readonly kafka: string;
  readonly topicPrefix: string;
  readonly redis: string;
  readonly redisLive: string;
  /** A bearer token of a field client, such as a bus operator's system. */
  readonly tokenFile: string;
  /** The same of an operator of the sample province, for the page. */
  readonly operatorTokenFile: string;
  readonly jwksFile: string;
  readonly logs: string;
}

/** Lets other scripts find the platform; a reader never sees half of it. */
export function writeInfo(file: string, info: PlatformInfo): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(info, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The platform that `file` tells of; undefined when there is none, or it does not run any more. */
export function readInfo(file: string): PlatformInfo | undefined {
  let info: PlatformInfo;
  try {
    info = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  return isStarter(info.pid) ? info : undefined;
}
