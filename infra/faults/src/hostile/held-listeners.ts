import type { Fleet, Replica } from './fleet.ts';
import { type HeldResult, hold } from './held.ts';
import { frameAnswer } from './http2-attacks.ts';
import { callLines, FLAG, FRAME, frame, headerBlock, hello } from './http2-frames.ts';

const GET_LOT = '/giaolo.parking.v1.ParkingService/GetLot';
const POST = 'POST /v1/lots/a/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000\r\n\r\n{';

/** Callers who begin and never end, to each listener; how many were let go, and by when the last. */
export async function holdAll(fleet: Fleet, count: number, withinMs: number): Promise<Record<string, HeldResult>> {
  const [gateway, parking] = [fleet.of('gateway')[0] as Replica, fleet.of('parking')[0] as Replica];
  const line = () => Buffer.from('X: y\r\n');
  const ping = () => frame(FRAME.ping, 0, 0, Buffer.alloc(8));
  const half = Buffer.concat([
    hello(),
    frame(FRAME.headers, FLAG.endHeaders, 1, headerBlock(callLines(GET_LOT))),
    frame(FRAME.data, 0, 1, Buffer.from([0, 0, 0, 0x10, 0])),
  ]);
  const cases: Record<string, Promise<HeldResult>> = {
    'HTTP, nothing': hold(gateway.address, count, withinMs, Buffer.alloc(0)),
    'HTTP, slow headers': hold(gateway.address, count, withinMs, Buffer.from('GET / HTTP/1.1\r\n'), { trickle: line }),
    'HTTP, slow body': hold(gateway.address, count, withinMs, Buffer.from(POST), { trickle: () => Buffer.from(' ') }),
    'probes, slow headers': hold(parking.ops, 50, withinMs, Buffer.from('GET /livez HTTP/1.1\r\n'), { trickle: line }),
    'gRPC, nothing': hold(parking.address, count, withinMs, Buffer.alloc(0)),
    'gRPC, half a request': hold(parking.address, count, withinMs, half, {
      trickle: ping,
      isEnd: (said) => frameAnswer(said) !== undefined,
    }),
  };
  const names = Object.keys(cases);
  const results = await Promise.all(Object.values(cases));
  return Object.fromEntries(names.map((name, at) => [name, results[at] as HeldResult]));
}
