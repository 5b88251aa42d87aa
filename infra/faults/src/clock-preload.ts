import { readFileSync } from 'node:fs';

// Loaded by --import before a service: its wall clock is wrong by the milliseconds that stand in this file, which may
// change at any time. Timers stay as they are, as they do where somebody sets the clock of a machine.
const file = process.env['GIAOLO_FAULTS_CLOCK'] as string;
const READ_EVERY_MS = 50;

const TrueDate = Date;
let offset = 0;
const read = () => {
  offset = Number(readFileSync(file, 'utf8'));
};
read();
setInterval(read, READ_EVERY_MS).unref();
const now = () => TrueDate.now() + offset;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
