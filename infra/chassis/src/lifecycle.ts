import { setTimeout as sleep } from 'node:timers/promises';
import { log } from './log.ts';

/** Whether this process can serve now; probes and gRPC health follow it. */
export interface Readiness {
  isReady(): boolean;
  onChange(listener: (ready: boolean) => void): void;
}

type Stop = () => unknown;

/**
 * What a service started, so that it can be ended in the reverse order: stores are opened first and closed last,
 * listeners open last and stop first.
 */
export interface Lifecycle {
  readonly readiness: Readiness;
  /** Aborts when things begin to be stopped: a step that still starts may give up. */
  readonly stopping: AbortSignal;
  /** Register each thing right after it was started. */
  onStop(name: string, stop: Stop): void;
  /** Called once everything is started. */
  setReady(): void;
  /**
   * Not ready from now on; after the pause every stop in reverse order, each awaited. A stop that fails does not keep
   * the others from being called. False when the whole took longer than `drainMs` or something failed.
   */
  stop(): Promise<boolean>;
}

export interface LifecycleOptions {
  /** Bound of the whole drain, the pause included. */
  readonly drainMs?: number;
  /** How long everything goes on after readiness is off, until whoever sends calls here has noticed. */
  readonly pauseMs?: number;
}

class Started implements Lifecycle, Readiness {
  readonly readiness: Readiness = this;
  readonly #stopping = new AbortController();
  readonly #drainMs: number;
  readonly #pauseMs: number;
  readonly #stops: { readonly name: string; readonly stop: Stop }[] = [];
  readonly #listeners: ((ready: boolean) => void)[] = [];
  #ready = false;
  #current = '';
  #drain: Promise<boolean> | undefined;

  constructor({ drainMs = 20_000, pauseMs = 0 }: LifecycleOptions) {
    this.#drainMs = drainMs;
    this.#pauseMs = pauseMs;
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  isReady(): boolean {
    return this.#ready;
  }

  onChange(listener: (ready: boolean) => void): void {
    this.#listeners.push(listener);
  }

  onStop(name: string, stop: Stop): void {
    this.#stops.push({ name, stop });
    // Started while all else was being ended: nobody else will end it.
    if (this.#drain) this.#drain = this.#drain.then(async (clean) => (await this.#stopAll()) && clean);
  }

  setReady(): void {
    if (!this.stopping.aborted) this.#change(true);
  }

  stop(): Promise<boolean> {
    this.#drain ??= this.#begin();
    return this.#drain;
  }

  async #begin(): Promise<boolean> {
    // Nobody sends calls to what was never ready.
    const pauseMs = this.#ready ? this.#pauseMs : 0;
    this.#change(false);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        log.error({ step: this.#current || 'pause', drainMs: this.#drainMs }, 'the drain takes too long');
        resolve(false);
      }, this.#drainMs);
    });
    const clean = await Promise.race([this.#pauseAndStop(pauseMs), tooLong]);
    clearTimeout(timer);
    return clean;
  }

  async #pauseAndStop(pauseMs: number): Promise<boolean> {
    if (pauseMs > 0) await sleep(pauseMs);
    this.#stopping.abort();
    return this.#stopAll();
  }

  async #stopAll(): Promise<boolean> {
    let clean = true;
    for (let next = this.#stops.pop(); next; next = this.#stops.pop()) {
      this.#current = next.name;
      try {
        await next.stop();
      } catch (error) {
        clean = false;
        log.error({ step: next.name, err: error }, 'could not be stopped cleanly');
      }
    }
    return clean;
  }

  #change(ready: boolean): void {
    if (ready === this.#ready) return;
    this.#ready = ready;
    for (const listener of this.#listeners) listener(ready);
  }
}

export const createLifecycle = (options: LifecycleOptions = {}): Lifecycle => new Started(options);
