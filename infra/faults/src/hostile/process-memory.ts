import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Memory that a process has in RAM now, in bytes. Linux only. */
export function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (!kilobytes) throw new Error(`process ${pid} is not there`);
  return Number(kilobytes) * 1_024;
}

const EVERY_MS = 200;
const LONGEST_MS = 6_000;
const STEADY = 4;

/** Resident memory once it has not grown or shrunk by 1 % for most of a second. */
export async function residentBytesAtRest(pid: number): Promise<number> {
  const until = performance.now() + LONGEST_MS;
  let at = residentBytes(pid);
  for (let steady = 0; steady < STEADY && performance.now() < until; ) {
    await sleep(EVERY_MS);
    const now = residentBytes(pid);
    if (Math.abs(now - at) < at / 100) steady++;
    else {
      steady = 0;
      at = now;
    }
  }
  return residentBytes(pid);
}
