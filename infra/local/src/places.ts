import { homedir } from 'node:os';
import { join } from 'node:path';

/** The checkout. */
export const root = join(import.meta.dirname, '../../..');

/** What a platform started from this checkout keeps: state, keys, logs. */
export const stateDir = join(root, '.giaolo');

/** Downloads, shared by all checkouts of this user. */
export const cacheDir = join(homedir(), '.cache/giaolo');
