import { HealthService, HealthCheckResponse_ServingStatus as Serving } from '@giaolo/proto/grpc/health/v1/health';
import { ServiceError } from '../errors.ts';
import type { Readiness } from '../lifecycle.ts';
import type { Call } from './call.ts';
import { type Implementation, implement } from './service.ts';

/** `grpc.health.v1`: the whole ('') and each service serve when this process is ready. */
export class Health {
  readonly implementation: Implementation;
  readonly #names: ReadonlySet<string>;
  #ready: boolean;
  #wake: (() => void)[] = [];

  constructor(services: readonly string[], readiness: Readiness) {
    this.#names = new Set(['', ...services]);
    this.#ready = readiness.isReady();
    readiness.onChange((ready) => this.set(ready));
    const access = { check: 'public', watch: 'public', list: 'public' } as const;
    this.implementation = implement(HealthService, access, {
      check: async ({ service }) => {
        if (!this.#names.has(service)) throw new ServiceError('NOT_FOUND', '', 'no such service here');
        return { status: this.#status() };
      },
      watch: ({ service }, call) => this.#watch(service, call),
      list: async () => ({
        statuses: Object.fromEntries([...this.#names].map((name) => [name, { status: this.#status() }])),
      }),
    });
  }

  set(ready: boolean): void {
    if (ready === this.#ready) return;
    this.#ready = ready;
    for (const wake of this.#wake.splice(0)) wake();
  }

  #status(): Serving {
    return this.#ready ? Serving.SERVING : Serving.NOT_SERVING;
  }

  async *#watch(service: string, call: Call) {
    while (!call.signal.aborted) {
      yield { status: this.#names.has(service) ? this.#status() : Serving.SERVICE_UNKNOWN };
      const told = this.#ready;
      while (told === this.#ready && !call.signal.aborted) await this.#change(call.signal);
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', gone);
        resolve();
      };
      const gone = () => {
        this.#wake = this.#wake.filter((other) => other !== wake);
        resolve();
      };
      this.#wake.push(wake);
      signal.addEventListener('abort', gone, { once: true });
    });
  }
}
