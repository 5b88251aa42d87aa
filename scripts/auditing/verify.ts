import { knownBy } from '@giaolo/audit/adapters/wire';
import type { Link } from '@giaolo/audit/chain/link';
import { ChainVerifier, type Verdict } from '@giaolo/audit/chain/verify';
import { wallClock } from '@giaolo/chassis/clock';
import { formatUnit, parseUnit, type Unit } from '@giaolo/chassis/principal';
import { Trouble } from '@giaolo/local/trouble';
import type { ChainAnchored } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { chainExtended } from '@giaolo/topics/topics';
import { type AuditClient, anchorsOf, chainsOf, linksOf } from './chains.ts';
import { readLinks } from './files.ts';
import { verdictLine } from './lines.ts';

/** What a person is told of one chain. */
export interface Told {
  readonly line: string;
  readonly isSound: boolean;
}

/** The chain in a file, of `unit` or of the one that its first link names. */
export async function verifyFile(file: string, unit: Unit | undefined, kept: readonly ChainAnchored[]): Promise<Told> {
  const whose = unit ?? (await firstUnit(file));
  const verdict = await verdictOf(whose, readLinks(file), ofUnit(whose, kept));
  return tell(whose, verdict, ({ line }) => `line ${line}`);
}

/** The chains of a service, or the one of `unit`. */
export async function* verifyService(
  client: AuditClient,
  unit: Unit | undefined,
  kept: readonly ChainAnchored[],
): AsyncGenerator<Told> {
  for (const { unit: whose } of await chainsOf(client, unit)) {
    const anchors = [...(await anchorsOf(client, whose)), ...ofUnit(whose, kept)];
    const verdict = await verdictOf(whose, linksOf(client, whose), anchors);
    yield tell(whose, verdict, ({ partition, offset }) => `${chainExtended.name}, partition ${partition}, ${offset}`);
  }
}

async function firstUnit(file: string): Promise<Unit> {
  for await (const { unit } of readLinks(file)) {
    const named = parseUnit(unit);
    if (named) return named;
    break;
  }
  throw new Trouble(`${file} does not say whose chain it is: name the unit by --unit`);
}

const ofUnit = (unit: Unit, anchors: readonly ChainAnchored[]) =>
  anchors.filter((anchor) => anchor.unit && formatUnit(anchor.unit) === formatUnit(unit));

async function verdictOf<L extends Link>(
  unit: Unit,
  links: AsyncIterable<L>,
  anchors: readonly ChainAnchored[],
): Promise<Verdict<L>> {
  const verifier = new ChainVerifier<L>(formatUnit(unit), knownBy(anchors, wallClock.now()));
  for await (const link of links) if (!verifier.push(link)) break;
  return verifier.finish();
}

const tell = <L extends Link>(unit: Unit, verdict: Verdict<L>, where: (link: L) => string): Told => ({
  line: verdictLine(formatUnit(unit), verdict, where),
  isSound: verdict.fault === undefined,
});
