import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const root = join(import.meta.dirname, '../../..');

/** What a platform started from this checkout keeps: state, keys, logs. GIAOLO_STATE_DIR puts it elsewhere. */
export const stateDir = resolve(process.env['GIAOLO_STATE_DIR'] || join(root, '.giaolo'));

/** Downloads, shared by all checkouts of this user. */
export const cacheDir = join(homedir(), '.cache/giaolo');
