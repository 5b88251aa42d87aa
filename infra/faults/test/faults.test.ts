import { tryAll } from './try-all.ts';

tryAll(process.env['GIAOLO_LONG'] === '1' ? 'long' : 'short');
