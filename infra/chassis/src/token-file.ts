import { readFileSync } from 'node:fs';

const REREAD_MS = 30_000;

/** The token in a file, for `connect`; read anew every 30 s, because whoever issues it writes a new one before it expires. */
export function tokenFile(path: string): () => string {
  const read = () => readFileSync(path, 'utf8').trim();
  let token = read();
  let readAt = performance.now();
  return () => {
    if (performance.now() - readAt >= REREAD_MS) {
      token = read();
      readAt = performance.now();
    }
    return token;
  };
}
