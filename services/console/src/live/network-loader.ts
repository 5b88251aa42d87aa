import type { PageNetwork } from '@giaolo/gateway/page-contract';
import { complain } from '../complain.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Reads the network, again and again until it could be read or is refused; a later call begins anew. */
export class NetworkLoader {
  readonly #read: (network: PageNetwork) => void;
  readonly #failed: () => void;
  readonly #refused: (status: 401 | 403) => void;
  #attempt = 0;

  constructor(read: (network: PageNetwork) => void, failed: () => void, refused: (status: 401 | 403) => void) {
    this.#read = read;
    this.#failed = failed;
    this.#refused = refused;
  }

  load(): void {
    this.#attempt += 1;
    void this.#try(this.#attempt, FIRST_PAUSE_MS);
  }

  close(): void {
    this.#attempt += 1;
  }

  async #try(attempt: number, pauseMs: number): Promise<void> {
    try {
      const response = await fetch('v1/network', { headers: { accept: 'application/json' } });
      if (response.status === 401 || response.status === 403) {
        if (attempt === this.#attempt) this.#refused(response.status);
        return;
      }
      if (!response.ok) throw new Error(`GET v1/network: ${response.status}`);
      const network = (await response.json()) as PageNetwork;
      if (attempt === this.#attempt) this.#read(network);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      complain('the network could not be read', error);
      this.#failed();
      setTimeout(() => {
        if (attempt === this.#attempt) void this.#try(attempt, Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
      }, pauseMs);
    }
  }
}
