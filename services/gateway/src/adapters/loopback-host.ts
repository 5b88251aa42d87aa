import { ServiceError } from '@giaolo/chassis/errors';
import type { RequestHandler } from 'express';

const LOOPBACK_HOST = /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Without a sign-in, being on the loopback interface is the only protection: a foreign site whose name is made to point
 * here must not read what we say.
 */
export const loopbackHost: RequestHandler = (request, _response, next) => {
  if (!LOOPBACK_HOST.test(request.get('host') ?? ''))
    throw new ServiceError('PERMISSION_DENIED', '', 'this server answers only by a loopback name');
  next();
};
