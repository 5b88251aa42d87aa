import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { defaultPorts, freePorts, portsFrom, requireFree } from '../src/ports.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

test('a port that is in use is named, with what to do', async () => {
  const { kafka } = await freePorts();
  await new Promise<void>((resolve) => {
    server = createServer().listen(kafka, '127.0.0.1', resolve);
  });
  await expect(requireFree({ kafka })).rejects.toThrow(`port ${kafka} (kafka) is in use: end the program`);
});

test('free ports are free, and all different', async () => {
  const ports = await freePorts();
  expect(new Set(Object.values(ports)).size).toBe(Object.keys(defaultPorts).length);
  await requireFree(ports);
});

test('an offset moves every port', () => {
  expect(portsFrom(1000)).toMatchObject({ gateway: 9080, kafka: 10092, redisLive: 7380 });
});

test.each([-1, 0.5, Number.NaN, 60_000])('%d is no offset', (offset) => {
  expect(() => portsFrom(offset)).toThrow('GIAOLO_PORT_OFFSET');
});
