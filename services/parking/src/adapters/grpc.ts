import type { Clock } from '@giaolo/chassis/clock';
import type { Decide, Json } from '@giaolo/chassis/decide';
import { slowReader } from '@giaolo/chassis/errors';
import type { Call } from '@giaolo/chassis/grpc/call';
import type { Handler } from '@giaolo/chassis/handle';
import { FellBehind, type LiveView } from '@giaolo/chassis/live-view';
import type { Principal } from '@giaolo/chassis/principal';
import type {
  GetLotRequest,
  GetLotResponse,
  ListLotsRequest,
  ListLotsResponse,
  Lot as LotMessage,
  WatchLotsRequest,
  WatchLotsResponse,
} from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { StreamPhase } from '@giaolo/proto/giaolo/type/v1/stream';
import type { KnownLot, Lot, LotEvent } from '../lot/lot.ts';
import { type Ask, demand, lotMessage, lotName, type Refusal, readLotName, refused } from './wire.ts';

export type Lots = Handler<Lot, LotEvent>;

/** How a use case is asked for and answered. */
interface Translation<Request, Command extends Json, Response> {
  readonly read: (request: Request, principal: Principal) => Ask<Command>;
  readonly answer: (name: string, lot: KnownLot, command: Command, now: number) => Response;
  /** The answer is kept as JSON, so that a repeat of the request gets it again. */
  readonly codec: { toJSON(response: Response): unknown; fromJSON(json: unknown): Response };
}

/** An rpc that wants something of one lot. */
export const command =
  <Request extends { requestId: string }, Command extends Json, Response, Reason extends Refusal>(
    { lots, clock }: { lots: Lots; clock: Clock },
    decide: Decide<Lot, Command, LotEvent, Reason>,
    { read, answer, codec }: Translation<Request, Command, Response>,
  ) =>
  async (request: Request, { principal, method, traceparent, signal }: Call): Promise<Response> => {
    const { id, command } = read(request, principal);
    const caller = { principal, method, requestId: request.requestId, traceparent, signal };
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
  async ({ name }: GetLotRequest): Promise<GetLotResponse> => {
    const lot = await lots.load(readLotName('name', name));
    if (!lot || lot.status === undefined) throw refused('LOT_UNKNOWN', { lot: name });
    return { lot: lotMessage(name, lot, clock.now()) };
  };

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 500;

/** The token of a page is the last name of the page before. */
export const listLots =
  (live: LiveView<LotMessage>) =>
  async ({ pageSize, pageToken }: ListLotsRequest): Promise<ListLotsResponse> => {
    const after = Buffer.from(pageToken, 'base64url').toString();
    demand({
      page_size: [pageSize >= 0, 'must not be negative'],
      page_token: [pageToken === '' || after.startsWith(lotName('')), 'must be the next_page_token of a list'],
    });
    const size = Math.min(pageSize || DEFAULT_PAGE, LARGEST_PAGE);
    const rest = [...live.values()].filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
    const lots = rest.slice(0, size);
    const last = rest.length > size ? (lots.at(-1)?.name ?? '') : '';
    return { lots, nextPageToken: Buffer.from(last).toString('base64url') };
  };

export const watchLots = (live: LiveView<LotMessage>) =>
  async function* ({ resumeToken }: WatchLotsRequest, { signal }: Call): AsyncGenerator<WatchLotsResponse, void> {
    try {
      for await (const { phase, token, values } of live.watch(resumeToken || undefined, signal))
        yield {
          phase: phase === 'live' ? StreamPhase.STREAM_PHASE_LIVE : StreamPhase.STREAM_PHASE_SNAPSHOT,
          resumeToken: token ?? '',
          lots: [...values],
        };
    } catch (error) {
      throw error instanceof FellBehind ? slowReader() : error;
    }
  };
