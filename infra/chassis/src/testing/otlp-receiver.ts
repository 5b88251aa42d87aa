import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listen } from '../listen.ts';
import { decodeSpans, type ReceivedSpan } from './otlp-decode.ts';

export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** All spans so far, in the order in which they came. */
  spans(): readonly ReceivedSpan[];
  /** Resolves with what `find` returns once it is not undefined. Rejects after `withinMs` (10 s). */
  waitFor<T>(find: (spans: readonly ReceivedSpan[]) => T | undefined, withinMs?: number): Promise<T>;
  stop(): Promise<void>;
}

const MAX_SPANS = 100_000;

/** A small receiver of OTLP/HTTP traces in protobuf, for tests that hold running traces against a story. */
export async function receiveTraces(address = '127.0.0.1:0'): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const isTraces = request.method === 'POST' && request.url === '/v1/traces';
    const body = await bodyOf(request);
    if (isTraces) spans.push(...decodeSpans(body).slice(0, MAX_SPANS - spans.length));
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end();
    for (const look of waiting) look();
  });
  const bound = await listen(server, address);
  return {
    endpoint: `http://${bound}`,
    spans: () => spans,
    waitFor: (find, withinMs = 10_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`not seen in ${withinMs} ms; spans: ${spans.map(({ name }) => name).join(', ')}`));
        }, withinMs);
        const look = () => {
          const found = find(spans);
          if (found === undefined) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop: () => closeServer(server, 0),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
