/** One event of a stream, its data read. */
export interface ReadEvent {
  readonly event: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** Reads an event stream as a browser does, event by event. */
export class EventReader {
  /** Names of the events that came. */
  readonly seen: string[] = [];
  readonly #abort: AbortController;
  readonly #events: AsyncGenerator<ReadEvent>;

  private constructor(events: AsyncGenerator<ReadEvent>, abort: AbortController) {
    this.#events = events;
    this.#abort = abort;
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`GET ${url}: ${response.status}`);
    return new EventReader(events(response.body), abort);
  }

  /** Skips events of other names. */
  async next(event: string): Promise<ReadEvent> {
    for (;;) {
      const { value, done } = await this.#events.next();
      if (done) throw new Error(`the stream ended before ${event}`);
      this.seen.push(value.event);
      if (value.event === event) return value;
    }
  }

  close(): void {
    this.#abort.abort();
  }
}

async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ReadEvent> {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
      const event = fields.get('event');
      if (event) yield { event, id: fields.get('id') ?? '', data: JSON.parse(fields.get('data') ?? '{}') };
    }
  }
}
