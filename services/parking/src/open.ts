import type { Lifecycle } from '@giaolo/chassis/lifecycle';
import { openService } from '@giaolo/chassis/service';
import type { z } from 'zod';
import type { parkingConfig } from './config.ts';
import * as messages from './messages.ts';
import { startParking } from './service.ts';

/** Opens a replica; answers where its gRPC listens. */
export async function openParking(config: z.output<typeof parkingConfig>, lifecycle: Lifecycle): Promise<string> {
  const { bus, clock, openDecisions, serve } = await openService(lifecycle, config, messages);
  const { store, onCommitted, sweep } = await openDecisions();
  const parking = await startParking({ store, bus, clock, onCommitted });
  sweep(parking.onDue);
  return serve([parking.rpc]);
}
