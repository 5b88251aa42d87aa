import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { Trouble } from './trouble.ts';

export interface ChildSpec {
  /** What a person calls it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Instead of our own environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** File that its output is added to; absent = our own output. */
  readonly log?: string;
  /** How long it may take to end by itself once asked; 5,000 ms when absent. */
  readonly graceMs?: number;
  /** Children of a higher stage stand on those below, and are ended before them; 0 when absent. */
  readonly stage?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that we started, with everything that it starts itself. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly log: string | undefined;
  readonly stage: number;
  readonly exited: Promise<Exit>;
  /** Absent while it runs. */
  readonly exit: Exit | undefined;
  /** SIGTERM, then SIGKILL when it does not listen. */
  end(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

// The child waits for a line before it becomes its program: it is known to the guardian before it can do anything.
const GATE = 'read -r _ <&3 || exit 1; exec "$@" 3<&-';

/**
 * The processes that a script starts. None of them outlives the script, however that ends: each leads a process
 * group of its own, and a guardian process ends the groups that are left when the script has gone.
 */
export class Children {
  readonly #running: Child[] = [];
  #guardian: ChildProcess | undefined;
  #closed = false;

  /** @throws {Trouble} when the program is not there, or everything is being ended */
  start(spec: ChildSpec): Child {
    if (this.#closed) throw new Trouble(`${spec.name} is not started: everything is being ended`);
    const guardian = this.#guard();
    const output = spec.log === undefined ? 'inherit' : openLog(spec.log);
    const process_ = spawn('/bin/sh', ['-c', GATE, spec.name, spec.command, ...spec.args], {
      detached: true,
      cwd: spec.cwd,
      env: spec.env ?? process.env,
      stdio: ['ignore', output, output, 'pipe'],
    });
    if (typeof output === 'number') closeSync(output);
    const { pid } = process_;
    if (pid === undefined) throw new Trouble(`${spec.name} cannot be started: /bin/sh is missing`);
    guardian.write(`+ ${pid}\n`);
    const gate = process_.stdio[3] as Writable;
    gate.on('error', () => {});
    gate.end('\n');
    const child = follow(spec, process_, pid);
    this.#running.push(child);
    void child.exited.then(() => {
      guardian.write(`- ${pid}\n`);
      this.#running.splice(this.#running.indexOf(child), 1);
    });
    return child;
  }

  /** Starts a program and waits for its end. */
  async run(spec: ChildSpec): Promise<Exit> {
    return this.start(spec).exited;
  }

  /** Ends all, stage by stage; nothing can be started from now on. */
  async endAll(): Promise<void> {
    this.#closed = true;
    while (this.#running.length > 0) {
      const highest = Math.max(...this.#running.map((child) => child.stage));
      await Promise.all(this.#running.filter((child) => child.stage === highest).map((child) => child.end()));
    }
    this.#guardian?.stdin?.end();
  }

  /** For the impatient: SIGKILL to all. */
  killAll(): void {
    this.#closed = true;
    for (const child of this.#running) child.signal('SIGKILL');
  }

  /** True once all is being ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The process that ends what is left when this one has gone. */
  get guardianPid(): number {
    this.#guard();
    return this.#guardian?.pid as number;
  }

  #guard(): Writable {
    if (!this.#guardian) {
      const script = join(import.meta.dirname, 'guardian.sh');
      this.#guardian = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
      this.#guardian.on('error', () => {});
      this.#guardian.stdin?.on('error', () => {});
      this.#guardian.unref();
      (this.#guardian.stdin as unknown as { unref(): void }).unref();
    }
    return this.#guardian.stdin as Writable;
  }
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a');
}

function follow(spec: ChildSpec, process_: ChildProcess, pid: number): Child {
  let exit: Exit | undefined;
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-pid, name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ESRCH' && code !== 'EPERM') throw error; // gone, or its number is another's already
    }
  };
  const exited = new Promise<Exit>((resolve) => {
    process_.once('exit', (code, by) => {
      exit = { code, signal: by };
      signal('SIGKILL'); // what it started itself and left behind
      resolve(exit);
    });
  });
  const end = async () => {
    if (exit) return;
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), spec.graceMs ?? 5_000);
    await exited;
    clearTimeout(timer);
  };
  return {
    name: spec.name,
    pid,
    log: spec.log,
    stage: spec.stage ?? 0,
    exited,
    get exit() {
      return exit;
    },
    end,
    signal,
  };
}

const ASK_EVERY_MS = 50;

/**
 * Waits until `ready` says true.
 * @throws {Trouble} when the child ends before, or the time is up: with what it said last
 */
export async function untilReady(child: Child, ready: () => Promise<boolean>, withinMs: number): Promise<void> {
  const givenUp = performance.now() + withinMs;
  for (;;) {
    if (child.exit) throw new Trouble(`${child.name} ended while starting (${ending(child.exit)})${lastWords(child)}`);
    if (await ready()) return;
    if (performance.now() > givenUp)
      throw new Trouble(`${child.name} is not ready after ${withinMs / 1000} s${lastWords(child)}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

export const ending = (exit: Exit): string => (exit.signal ? `by ${exit.signal}` : `code ${exit.code}`);

/** The last thing that a child wrote, and where the rest stands. */
export function lastWords(child: Pick<Child, 'log'>): string {
  if (child.log === undefined) return '';
  const lines = readFileSync(child.log, 'utf8').split('\n').filter(tells);
  const line = lines.findLast((text) => /error|exception|fatal/i.test(text)) ?? lines.at(-1) ?? '';
  return `${line && `: ${message(line).slice(0, 300)}`}; see ${child.log}`;
}

const tells = (line: string) => /\w/.test(line) && !/^\s+(at |\.\.\. )|^Node\.js v/.test(line);

function message(line: string): string {
  try {
    const { msg, err } = JSON.parse(line);
    return [msg, err?.message].filter(Boolean).join(': ');
  } catch {
    return line;
  }
}
