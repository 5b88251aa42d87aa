import { ServiceError } from '@giaolo/chassis/errors';
import { TooLate } from './paced.ts';

/** What a gRPC call ended with, as it is counted. */
export function callError(error: unknown): Error {
  if (!(error instanceof ServiceError)) return error as Error;
  const message = `${error.code} ${error.reason} ${error.message}`;
  return error.code === 'DEADLINE_EXCEEDED' ? new TooLate(message) : new Error(message);
}
