import { ListActsRequest } from '@giaolo/proto/giaolo/audit/v1/audit_service';
import { ListUnitsRequest } from '@giaolo/proto/giaolo/registry/v1/registry_service';
import { callError } from './call-error.ts';
import { type City, FEED, LOTS } from './city.ts';
import type { Replica } from './fleet.ts';
import { CallTally, type Pace, paced, TooLate } from './paced.ts';
import { Reporter } from './term-reports.ts';
import { type RestCall, RestClients } from './term-rest.ts';

export interface CrowdLoad {
  readonly restPerSecond: number;
  readonly grpcPerSecond: number;
  readonly eventsPerSecond: number;
}

const PER_MESSAGE = 20;
const MESSAGES_PER_SECOND = 5;
const ARRIVE_IN_MS = 60_000;
const GRPC_WITHIN_MS = 5_000;
const PER_REPORTER = PER_MESSAGE * MESSAGES_PER_SECOND;

const lot = (number: number): string => LOTS[number % LOTS.length] as string;

/** Callers and field systems of a city, at a steady rate. */
export class Crowd {
  readonly rest = new CallTally('REST');
  readonly grpc = new CallTally('gRPC');
  readonly reports = new CallTally('reports');
  readonly #rest: RestClients;
  readonly #paces: readonly Pace[];
  readonly #reporters: readonly { stop(): Promise<void>; readonly accepted: number; readonly resumed: number }[];

  constructor(city: City, gateways: readonly Replica[], load: CrowdLoad) {
    this.#rest = new RestClients(gateways);
    const visit = visitors(this.#rest, city.token);
    const call = callers(city);
    this.#paces = [
      paced(load.restPerSecond, this.rest, visit),
      paced(load.grpcPerSecond, this.grpc, async (number) => {
        await call(number).catch((error: unknown) => {
          throw callError(error);
        });
      }),
    ];
    const count = Math.max(2, Math.round(load.eventsPerSecond / PER_REPORTER));
    this.#reporters = Array.from({ length: count }, (_, at) =>
      (at % 2 === 0 ? countReporter : positionReporter)(at, city, this.reports),
    );
  }

  get #tallies(): readonly CallTally[] {
    return [this.rest, this.grpc, this.reports];
  }

  set during(what: string) {
    for (const tally of this.#tallies) tally.during = what;
  }

  get failed(): number {
    return this.#tallies.reduce((sum, { failed }) => sum + failed, 0);
  }

  get late(): number {
    return this.#tallies.reduce((sum, { late }) => sum + late, 0);
  }

  get delays(): string[] {
    return this.#tallies.flatMap(({ delays }) => delays);
  }

  get failures(): string[] {
    return this.#tallies.flatMap(({ failures }) => failures);
  }

  get accepted(): number {
    return this.#reporters.reduce((sum, { accepted }) => sum + accepted, 0);
  }

  get resumed(): number {
    return this.#reporters.reduce((sum, { resumed }) => sum + resumed, 0);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#paces, ...this.#reporters].map((each) => each.stop()));
    this.#rest.close();
  }
}

/** A third asks for the lots, a third for a stop, a third reserves a space and gives it back. */
function visitors(rest: RestClients, token: string): (number: number) => Promise<void> {
  const authorization = `Bearer ${token}`;
  const ask = async (what: RestCall, expected: number): Promise<string> => {
    const headers = { authorization, ...what.headers };
    const { status, body } = await rest.call({ ...what, headers });
    if (status === 504) throw new TooLate(`504 ${what.method}`);
    if (status !== expected) throw new Error(`${status} ${what.method} ${body.slice(0, 200)}`);
    return body;
  };
  return async (number) => {
    if (number % 3 === 0) await ask({ method: 'GET', path: '/v1/lots' }, 200);
    else if (number % 3 === 1) await ask({ method: 'GET', path: '/v1/stops/sample/m1-03/arrivals' }, 200);
    else {
      const headers = { 'content-type': 'application/json', 'idempotency-key': `rest-${number}` };
      const body = JSON.stringify({ arriveByTime: new Date(Date.now() + ARRIVE_IN_MS) });
      const path = `/v1/${lot(number)}/reservations`;
      const { name } = JSON.parse(await ask({ method: 'POST', path, headers, body }, 201)) as { name: string };
      await ask({ method: 'DELETE', path: `/v1/${name}`, headers: { 'idempotency-key': `undo-${number}` } }, 204);
    }
  };
}

/** Every service that is there, in turn. */
function callers({ parking, transit, registry, audit }: City): (number: number) => Promise<unknown> {
  const options = { deadlineMs: GRPC_WITHIN_MS };
  const calls: ((number: number) => Promise<unknown>)[] = [
    (number) => parking.getLot({ name: lot(number) }, options),
    () => transit.listFeeds({ pageSize: 0, pageToken: '' }, options),
    () => transit.listStops({ feed: FEED, pageSize: 10, pageToken: '' }, options),
    async (number) => {
      const ask = { requestId: `grpc-${number}`, lot: lot(number), arriveByTime: new Date(Date.now() + ARRIVE_IN_MS) };
      const { reservation } = await parking.reserveSpace(ask, options);
      await parking.cancelReservation({ requestId: `grpc-undo-${number}`, name: reservation?.name ?? '' }, options);
    },
  ];
  if (registry) calls.push(() => registry.listUnits(ListUnitsRequest.fromPartial({}), options));
  if (audit) calls.push(() => audit.listActs(ListActsRequest.fromPartial({ pageSize: 10 }), options));
  return (number) => (calls[number % calls.length] as (typeof calls)[number])(number);
}

const each = <T>(make: (index: number) => T): T[] => Array.from({ length: PER_MESSAGE }, (_, index) => make(index));
const common = { size: PER_MESSAGE, messagesPerSecond: MESSAGES_PER_SECOND };

/** A hundred counts of cars a second. */
export const countReporter = (at: number, { parking }: City, tally: CallTally) =>
  new Reporter(
    {
      ...common,
      open: () => parking.reportOccupancy(),
      message: (number) => ({
        observations: each((index) => ({
          lot: lot(index + at),
          observedTime: new Date(),
          observation: { $case: 'occupied', value: (number + index) % 100 } as const,
        })),
      }),
    },
    tally,
  );

/** A hundred positions a second, of as many buses; which ones depends on `at`. */
export const positionReporter = (at: number, { transit }: City, tally: CallTally) =>
  new Reporter(
    {
      ...common,
      open: () => transit.reportVehiclePositions(),
      message: (number) => ({
        feed: FEED,
        positions: each((index) => ({
          vehicleId: `bus-${at}-${(number % MESSAGES_PER_SECOND) * PER_MESSAGE + index}`,
          observedTime: new Date(),
          position: { latitude: 10.35, longitude: 107.08 },
          bearing: undefined,
          speed: undefined,
          trip: undefined,
        })),
      }),
    },
    tally,
  );
