import { ServiceError } from '@giaolo/chassis/errors';
import type { Unit } from '@giaolo/chassis/principal';
import { command } from '@giaolo/local/command';
import { Trouble } from '@giaolo/local/trouble';
import { ActRecorded_Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { ListActsRequest } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { type Arguments, readArguments, usage } from './auditing/arguments.ts';
import { type AuditClient, actsOf, anchorsOf, chainsOf, linksOf } from './auditing/chains.ts';
import { openClient } from './auditing/client.ts';
import { anchorJson, linkJson, readAnchors, writeLines } from './auditing/files.ts';
import { actLine, chainLine } from './auditing/lines.ts';
import { type Told, verifyFile, verifyService } from './auditing/verify.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

async function verify(given: Arguments): Promise<number> {
  const kept = given.anchors === undefined ? [] : await readAnchors(given.anchors);
  const { file, unit } = given;
  if (file !== undefined) return tell([await verifyFile(file, unit, kept)]);
  return withClient(given, (client) => tell(verifyService(client, unit, kept)));
}

async function tell(all: AsyncIterable<Told> | Iterable<Told>): Promise<number> {
  let code = 0;
  for await (const { line, isSound } of all) {
    print(line);
    if (!isSound) code = 1;
  }
  return code;
}

async function exportChain(client: AuditClient, { unit, out }: Arguments): Promise<number> {
  const links = async function* () {
    for await (const link of linksOf(client, unit as Unit)) yield linkJson(link);
  };
  print(`${(await writeLines(out as string, links())).toLocaleString('en-US')} links are in ${out}`);
  return 0;
}

async function exportAnchors(client: AuditClient, { unit, out }: Arguments): Promise<number> {
  const chains = await chainsOf(client, unit);
  const anchors = (await Promise.all(chains.map((chain) => anchorsOf(client, chain.unit)))).flat();
  if (out === undefined) for (const anchor of anchors) print(JSON.stringify(anchorJson(anchor)));
  else print(`${(await writeLines(out, anchors.map(anchorJson))).toLocaleString('en-US')} anchors are in ${out}`);
  return 0;
}

async function listChains(client: AuditClient, { unit }: Arguments): Promise<number> {
  for (const chain of await chainsOf(client, unit)) print(chainLine(chain));
  return 0;
}

async function listActs(client: AuditClient, given: Arguments): Promise<number> {
  const { unit, last, subject = '', object = '', method = '', denied } = given;
  const outcome = denied ? ActRecorded_Outcome.OUTCOME_DENIED : ActRecorded_Outcome.OUTCOME_UNSPECIFIED;
  const wanted = ListActsRequest.fromPartial({ ...(unit && { unit }), subject, object, method, outcome });
  for (const act of await actsOf(client, wanted, last)) print(actLine(act));
  return 0;
}

async function withClient(given: Arguments, work: (client: AuditClient) => Promise<number>): Promise<number> {
  const client = await openClient(given);
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof ServiceError) throw new Trouble(`${error.message} (${error.reason || error.code})`);
    throw error;
  } finally {
    client.close();
  }
}

const asked = { export: exportChain, anchors: exportAnchors, chains: listChains, list: listActs };

await command('scripts/audit', 130, async () => {
  const given = readArguments();
  const { verb, help } = given;
  if (help || !verb) {
    process.stdout.write(usage);
    return 0;
  }
  return verb === 'verify' ? verify(given) : withClient(given, (client) => asked[verb](client, given));
});
