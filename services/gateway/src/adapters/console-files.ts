import { sep } from 'node:path';
import { nothingHere, type Route } from '@giaolo/chassis/http-route';
import express from 'express';

/** Only what this server sends may run, be shown or be asked. MapLibre's style sheet has pictures as `data:`. */
export const pageCsp = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
} as const;

/** The bundled page. Files under assets/ have their hash in their name; the rest is asked for again each time. */
export function consoleFiles(dir: string): Route[] {
  const files = express.static(dir, {
    dotfiles: 'ignore',
    setHeaders: (response, path) => {
      const forEver = path.includes(`${sep}assets${sep}`);
      response.set('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return ['/', '/assets/:file'].map((path) => ({
    method: 'GET',
    path,
    // It holds no data, and asks who looks at it.
    access: 'public',
    handle: (request, response) =>
      new Promise<void>((resolve, reject) => {
        response.once('close', resolve);
        files(request, response, (error?: unknown) => reject(error ?? nothingHere()));
      }),
  }));
}
