import type { Request } from 'express';
import { ServiceError } from './errors.ts';

const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

const refusal = (message: string, vi: string, en: string): ServiceError =>
  new ServiceError('PERMISSION_DENIED', '', message, { localized: { vi, en } });

/** Under which names browsers reach this server: its public origin (`https://...`), or a loopback name. */
export class Site {
  readonly #origin: string | undefined;
  readonly #host: string | undefined;

  constructor(publicOrigin?: string) {
    this.#origin = publicOrigin;
    this.#host = publicOrigin && new URL(publicOrigin).host;
  }

  /** Browsers come by TLS, which somebody ends before us. */
  get isSecure(): boolean {
    return this.#origin !== undefined;
  }

  /** Throws where a foreign name was made to point here: its pages would be taken for ours. */
  requireOwnName(request: Request): void {
    const host = request.get('host') ?? '';
    if (host === this.#host || LOOPBACK_HOST.test(host)) return;
    throw refusal(
      'this server does not answer by this name',
      'Máy chủ này không phục vụ tên miền được dùng.',
      'This server does not answer by this name.',
    );
  }

  /**
   * For what a browser sends by itself with whatever asks, as it does with cookies: throws unless our own page asks.
   * Reading is also open to who typed the address, and to browsers too old to say who asks, which then keep the answer
   * from other pages.
   */
  requireOwnPage(request: Request): void {
    const isSafe = SAFE_METHODS.has(request.method);
    const from = request.get('sec-fetch-site');
    if (from === undefined ? isSafe || request.get('origin') === this.#originOf(request) : from === 'same-origin')
      return;
    if (isSafe && from === 'none') return;
    throw refusal(
      'a session of the page is of no use to other pages',
      'Yêu cầu này đến từ một trang khác.',
      'This request came from another page.',
    );
  }

  #originOf(request: Request): string {
    const host = request.get('host');
    return this.#origin && host === this.#host ? this.#origin : `http://${host}`;
  }
}
