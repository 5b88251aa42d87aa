import type { Clock } from '@giaolo/chassis/clock';
import type { Decide, Json } from '@giaolo/chassis/decide';
import type { Call } from '@giaolo/chassis/grpc/call';
import { watchStream } from '@giaolo/chassis/grpc/watch';
import type { Handler } from '@giaolo/chassis/handle';
import type { LiveView } from '@giaolo/chassis/live-view';
import { byKey, pageOf } from '@giaolo/chassis/page';
import type { Unit } from '@giaolo/chassis/principal';
import type {
  GetLotRequest,
  GetLotResponse,
  ListLotsRequest,
  ListLotsResponse,
  Lot as LotMessage,
  WatchLotsRequest,
  WatchLotsResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import type { KnownLot, Lot, LotEvent } from '../lot/lot.ts';
import { type Ask, lotMessage, lotName, type Refusal, readLotName, refused } from './wire.ts';

export type Lots = Handler<Lot, LotEvent>;

/** How a use case is asked for and answered. */
interface Translation<Request, Command extends Json, Response> {
  readonly read: (request: Request, call: Call) => Ask<Command> | Promise<Ask<Command>>;
  /** The unit of a lot that the command makes. */
  readonly createsIn?: (command: Command) => Unit;
  readonly answer: (name: string, lot: KnownLot, command: Command, now: number) => Response;
  /** The answer is kept as JSON, so that a repeat of the request gets it again. */
  readonly codec: { toJSON(response: Response): unknown; fromJSON(json: unknown): Response };
}

/** An rpc that wants something of one lot. */
export const command =
  <Request extends { requestId: string }, Command extends Json, Response, Reason extends Refusal>(
    { lots, clock }: { lots: Lots; clock: Clock },
    decide: Decide<Lot, Command, LotEvent, Reason>,
    { read, createsIn, answer, codec }: Translation<Request, Command, Response>,
  ) =>
  async (request: Request, call: Call): Promise<Response> => {
    const { id, command } = await read(request, call);
    const { principal, rights: authority, method, traceparent, signal } = call;
    const { requestId } = request;
    const caller = { principal, authority, createsIn: createsIn?.(command), method, requestId, traceparent, signal };
    const outcome = await lots.handle(
      id,
      decide,
      command,
      caller,
      (lot) => codec.toJSON(answer(lotName(id), lot as KnownLot, command, clock.now())) as Json,
    );
    if (!outcome.accepted) throw refused(outcome.reason, { lot: lotName(id) });
    return codec.fromJSON(outcome.answer);
  };

export const getLot =
  ({ lots, clock }: { lots: Lots; clock: Clock }) =>
  async ({ name }: GetLotRequest, { rights }: Call): Promise<GetLotResponse> => {
    const lot = await lots.load(readLotName('name', name));
    if (!lot || lot.status === undefined) throw refused('LOT_UNKNOWN', { lot: name });
    rights.require(lot.unit);
    return { lot: lotMessage(name, lot, clock.now()) };
  };

const PAGE = { standard: 100, largest: 500 };
const nameOf = ({ name }: LotMessage): string => name;

export const listLots =
  (live: LiveView<LotMessage>) =>
  async (request: ListLotsRequest, { rights }: Call): Promise<ListLotsResponse> => {
    const { sees } = rights;
    const visible = [...live.values()].filter(({ unit }) => sees(unit));
    const { items, nextPageToken } = pageOf(visible.sort(byKey(nameOf)), nameOf, request, PAGE);
    return { lots: [...items], nextPageToken };
  };

export const watchLots =
  (live: LiveView<LotMessage>) =>
  (request: WatchLotsRequest, { signal, rights }: Call): AsyncIterable<WatchLotsResponse> => {
    const { sees } = rights;
    return watchStream(
      live,
      request,
      signal,
      ({ unit }) => sees(unit),
      (head, lots) => ({ ...head, lots }),
    );
  };
