import { createServer, type Socket } from 'node:net';
import { baseConfig, readConfig } from '@giaolo/chassis/config';
import type { ServiceError } from '@giaolo/chassis/errors';
import { Handler } from '@giaolo/chassis/handle';
import { run } from '@giaolo/chassis/run';
import { openService } from '@giaolo/chassis/service';
import { z } from 'zod';
import { callerOf, consumes, countOne, produces, tallySpec } from './tally.ts';
import { type Ask, hear, say } from './tally-wire.ts';

const config = baseConfig.extend({ GIAOLO_FAULTS_SOCKET: z.string().describe('where commands come in') });

/** A replica of a service that only counts; it takes its commands line by line, since it is not gRPC that is tried here. */
await run('tally', async (lifecycle) => {
  const read = readConfig(config, process.env);
  const { openDecisions } = await openService(lifecycle, read, { produces, consumes });
  const { store, onCommitted } = await openDecisions();
  const tallies = new Handler(tallySpec, store, onCommitted);

  const answer = async (socket: Socket, { id, key, requestId }: Ask) => {
    const asked = tallies.handle(key, countOne, null, callerOf(requestId), ({ count = 0 }) => count);
    const outcome = await asked.catch(({ code = 'UNKNOWN', reason = '' }: ServiceError) => ({ code, reason }));
    if ('code' in outcome) say(socket, { id, code: outcome.code, reason: outcome.reason });
    else if (outcome.accepted) say(socket, { id, count: outcome.answer });
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    hear<Ask>(socket, (ask) => void answer(socket, ask));
  });
  await new Promise<void>((resolve) => server.listen(read.GIAOLO_FAULTS_SOCKET, resolve));
  lifecycle.onStop('commands', () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
});
