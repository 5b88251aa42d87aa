import { hash } from 'node:crypto';
import { BEGINNING, extend, type Link } from '@giaolo/audit/chain/link';
import { verify } from '@giaolo/audit/chain/verify';
import { ActRecorded, ActRecorded_Outcome } from '@giaolo/proto/giaolo/audit/v1/audit_events';
import { type Bench, contest } from './bench.ts';

const LINKS = 100_000;
const UNIT = '79/2025-07-01';
const unit = { code: '79', validFrom: '2025-07-01' };

function act(i: number): Uint8Array {
  return ActRecorded.encode({
    recordId: `lots/ben-du-thuyen@${i}`,
    unit,
    subject: 'user:operator',
    subjectUnit: unit,
    method: 'giaolo.parking.v1.ParkingService/ReserveSpace',
    object: 'lots/ben-du-thuyen',
    outcome: ActRecorded_Outcome.OUTCOME_ACCEPTED,
    reason: '',
    firstSequence: BigInt(i),
    lastSequence: BigInt(i),
    occurredTime: new Date(1_780_000_000_000 + i),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }).finish();
}

function chain(): Link[] {
  const links: Link[] = [];
  for (let i = 1; i <= LINKS; i++) links.push(extend(links.at(-1) ?? BEGINNING, UNIT, act(i)));
  return links;
}

/** The bytes that are hashed for a link: see the contract. */
function bytesOf({ index, previousHash, act }: Link): Buffer {
  const head = Buffer.alloc(4 + UNIT.length + 8);
  head.writeUInt32BE(UNIT.length);
  head.write(UNIT, 4);
  head.writeBigInt64BE(BigInt(index), 4 + UNIT.length);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(act.length);
  return Buffer.concat([head, previousHash, length, act]);
}

const rateOver = (work: () => void) => async () => {
  const started = performance.now();
  work();
  return LINKS / ((performance.now() - started) / 1_000);
};

export const audit: Bench = {
  name: 'audit',
  about: `a chain of ${LINKS.toLocaleString('en-US')} acts verified beside SHA-256 alone over the same bytes`,
  async run() {
    const links = chain();
    const bytes = links.map(bytesOf);
    const what = { bench: 'audit', metric: 'verified', unit: 'links/s', baseline: 'bare SHA-256', n: LINKS };
    const ours = rateOver(() => {
      if (verify(UNIT, links).fault) throw new Error('a chain that was never touched is not sound');
    });
    const bare = rateOver(() => {
      for (const each of bytes) hash('sha256', each, 'buffer');
    });
    return [await contest(what, ours, bare)];
  },
};
