import { wallClock } from '@giaolo/chassis/clock';
import type { ServiceError } from '@giaolo/chassis/errors';
import { OpenLotRequest } from '@giaolo/proto/giaolo/parking/v1/parking_service';
import { type Client, unit } from './parking-replica.ts';

const ASK_EVERY_MS = 100;
const DEADLINE = { deadlineMs: 3_000 };

let asked = 0;

/** Asks one replica after the other until one answers; a refusal of the domain is an answer. */
async function ask<T>(clients: readonly Client[], call: (client: Client, requestId: string) => Promise<T>): Promise<T> {
  const requestId = `clock-${++asked}`;
  for (let turn = asked; ; turn++) {
    try {
      return await call(clients[turn % clients.length] as Client, requestId);
    } catch (error) {
      const { transient, code } = error as ServiceError;
      if (!transient && code !== 'DEADLINE_EXCEEDED') throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }
}

/** A lot of a single space. */
export async function openLot(clients: readonly Client[], name: string): Promise<void> {
  const details = { name, displayName: name, position: { latitude: 10.3, longitude: 107.1 }, capacity: 1, unit };
  await ask(clients, (client, requestId) =>
    client.openLot(OpenLotRequest.fromPartial({ ...details, requestId }), DEADLINE),
  );
}

/** Takes the space until then; answers the name of the reservation. */
export async function reserve(clients: readonly Client[], lot: string, until: number): Promise<string> {
  const arriveByTime = new Date(until);
  const answer = await ask(clients, (client, requestId) =>
    client.reserveSpace({ requestId, lot, arriveByTime }, DEADLINE),
  );
  return answer.reservation?.name ?? '';
}

export async function cancel(clients: readonly Client[], name: string): Promise<void> {
  await ask(clients, (client, requestId) => client.cancelReservation({ requestId, name }, DEADLINE));
}

/**
 * Asks for the space of a full lot until somebody sells it, and says when that was. Up to `heldUntil`, every replica must
 * also show it as taken.
 */
export async function reserveUntilFree(clients: readonly Client[], lot: string, heldUntil: number) {
  const misread = new Set<string>();
  for (let turn = 0; ; turn++) {
    const client = clients[turn % clients.length] as Client;
    try {
      const reservation = await reserve([client], lot, wallClock.now() + 60_000);
      return { reservation, at: wallClock.now(), misread: [...misread] };
    } catch (error) {
      if ((error as ServiceError).reason !== 'LOT_FULL') throw error;
    }
    const { lot: shown } = await ask([client], (asked) => asked.getLot({ name: lot }, DEADLINE));
    if (shown?.availability?.reserved !== 1 && wallClock.now() < heldUntil)
      misread.add(`replica ${turn % clients.length} showed ${lot} as free while it was held`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}
