import { ServiceError } from '@giaolo/chassis/errors';
import type { ClientOf } from '@giaolo/chassis/grpc/client';
import {
  type RefusedPosition_Reason,
  type ReportVehiclePositionsRequest,
  type ReportVehiclePositionsResponse,
  refusedPosition_ReasonToJSON,
  type TransitServiceService,
  VehiclePosition,
} from '@giaolo/proto/giaolo/transit/v1/transit_service';
import { Patience } from './follow.ts';
import type { RecordedPosition } from './positions.ts';

export type Transit = ClientOf<typeof TransitServiceService>;

/** The platform took the batch over, but for the refused ones: index in the batch, and reason. */
export type Answered<Item> = (batch: readonly Item[], refused: readonly { index: number; reason: string }[]) => void;

/**
 * Sends batch after batch; batches that were not answered when the call broke are sent again. Resolves when all
 * are answered.
 */
export async function sendAll<Item extends { readonly position: RecordedPosition }>(
  transit: Transit,
  feed: string,
  batches: AsyncIterator<readonly Item[], void>,
  answered: Answered<Item>,
  signal: AbortSignal,
): Promise<void> {
  const patience = new Patience('reporting positions');
  const unanswered: (readonly Item[])[] = [];
  let next: Promise<IteratorResult<readonly Item[], void>> | undefined;
  for (;;) {
    const call = transit.reportVehiclePositions({ signal });
    const reading = readAnswers(call.responses, (response) => {
      patience.works();
      answered(unanswered.shift() ?? [], refusalsOf(response));
    });
    // Looked at below; until then a failure is not to end the process.
    reading.catch(() => {});
    try {
      for (const batch of [...unanswered]) await call.send(requestOf(feed, batch));
      for (;;) {
        next ??= batches.next();
        const item = await Promise.race([next, reading]);
        if (!item) throw new ServiceError('UNAVAILABLE', '', 'the call ended');
        if (item.done) break;
        next = undefined;
        unanswered.push(item.value);
        await call.send(requestOf(feed, item.value));
      }
      call.end();
      await reading;
      if (unanswered.length === 0) return;
      throw new ServiceError('UNAVAILABLE', '', 'the call ended');
    } catch (error) {
      call.cancel();
      await patience.broke(error, signal);
    }
  }
}

async function readAnswers<Response>(
  responses: AsyncIterable<Response>,
  take: (response: Response) => void,
): Promise<undefined> {
  for await (const response of responses) take(response);
}

const refusalsOf = ({ refused }: ReportVehiclePositionsResponse) =>
  refused.map(({ index, reason }) => ({ index, reason: reasonName(reason) }));

const reasonName = (reason: RefusedPosition_Reason): string =>
  refusedPosition_ReasonToJSON(reason).replace(/^REASON_/, '');

const requestOf = (
  feed: string,
  batch: readonly { readonly position: RecordedPosition }[],
): ReportVehiclePositionsRequest => ({ feed, positions: batch.map(({ position }) => wirePosition(position)) });

function wirePosition(position: RecordedPosition): VehiclePosition {
  const { at, vehicleId, latitude, longitude, tripId, startDate, routeId, bearing, speed } = position;
  return VehiclePosition.fromPartial({
    vehicleId,
    observedTime: new Date(at),
    position: { latitude, longitude },
    ...(tripId !== undefined && { trip: { tripId, startDate: startDate ?? '', routeId: routeId ?? '' } }),
    ...(bearing !== undefined && { bearing }),
    ...(speed !== undefined && { speed }),
  });
}
