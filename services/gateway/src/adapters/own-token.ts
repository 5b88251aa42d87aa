import { readFileSync } from 'node:fs';

const REREAD_MS = 60_000;

/** The gateway's own bearer token; read again once a minute, since whoever issues it also renews it. */
export function ownToken(file: string | undefined): () => string | undefined {
  let token: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (file !== undefined && performance.now() - readAt > REREAD_MS) {
      token = readFileSync(file, 'utf8').trim();
      readAt = performance.now();
    }
    return token;
  };
}
