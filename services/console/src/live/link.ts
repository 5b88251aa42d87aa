import { complain } from '../complain.ts';

/** The part of EventSource that the link uses. */
export interface EventStream {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data: string; lastEventId: string }) => void): void;
  close(): void;
}

export type LinkState = 'connecting' | 'live' | 'lost';

export interface LinkOptions {
  /** Opens the stream, after the given resume token when there is one. */
  open(resumeToken: string | undefined): EventStream;
  /** Monotonic time of this browser in ms. */
  wall(): number;
  /** One event, its data already parsed. */
  handle(event: LinkEvent, data: unknown): void;
  /** The browser gave up on a stream: it was refused, or nobody answers. Another one is opened all the same. */
  gaveUp(): void;
}

export const LINK_EVENTS = ['snapshot', 'changes', 'clock', 'network', 'session'] as const;
export type LinkEvent = (typeof LINK_EVENTS)[number];

// The gateway speaks at least once a second, and a lost line must be seen within 3 s.
export const LOST_AFTER_MS = 2_500;
const REOPEN_AFTER_MS = 6_000;
const LONGEST_PAUSE_MS = 10_000;
const CLOSED = 2;

/**
 * Keeps a stream of events from the gateway open. EventSource itself reconnects after most failures; the link opens
 * a new one when it gave up, when the line is silent though open, or when what came could not be read (then from a
 * new snapshot). Call `tick` a few times a second: the link has no timers of its own.
 */
export class Link {
  readonly #options: LinkOptions;
  #stream: EventStream;
  #token: string | undefined;
  #heardAt: number | undefined;
  #openedAt: number;
  #failures = 0;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#openedAt = options.wall();
    this.#stream = this.#open();
  }

  /** Milliseconds since the gateway was last heard, or since the page opened. */
  silence(): number {
    return this.#options.wall() - (this.#heardAt ?? this.#openedAt);
  }

  state(): LinkState {
    if (this.silence() >= LOST_AFTER_MS) return 'lost';
    return this.#heardAt === undefined ? 'connecting' : 'live';
  }

  tick(): void {
    if (this.#isClosed) return;
    const sinceOpened = this.#options.wall() - this.#openedAt;
    const pause = Math.min(1_000 * 2 ** this.#failures, LONGEST_PAUSE_MS);
    const gaveUp = this.#stream.readyState === CLOSED && sinceOpened >= pause;
    const silent = this.silence() >= REOPEN_AFTER_MS && sinceOpened >= Math.max(REOPEN_AFTER_MS, pause);
    if (gaveUp) this.#options.gaveUp();
    if (gaveUp || silent) this.#reopen();
  }

  close(): void {
    this.#isClosed = true;
    this.#stream.close();
  }

  #reopen(): void {
    this.#stream.close();
    this.#failures += 1;
    this.#stream = this.#open();
  }

  #open(): EventStream {
    this.#openedAt = this.#options.wall();
    const stream = this.#options.open(this.#token);
    for (const type of LINK_EVENTS) stream.addEventListener(type, (event) => this.#receive(stream, type, event));
    return stream;
  }

  #receive(stream: EventStream, type: LinkEvent, event: { data: string; lastEventId: string }): void {
    if (stream !== this.#stream || this.#isClosed) return;
    try {
      this.#options.handle(type, JSON.parse(event.data));
    } catch (error) {
      this.#token = undefined;
      this.#reopen();
      complain('the gateway sent what this page cannot read', error);
      return;
    }
    this.#heardAt = this.#options.wall();
    this.#failures = 0;
    if (event.lastEventId) this.#token = event.lastEventId;
  }
}
