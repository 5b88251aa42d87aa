/** A version of a feed, and what a page is told of it beside what it draws. */
export interface FeedHead {
  /** `feeds/{feed}` */
  readonly feed: string;
  readonly digest: string;
  readonly agencyName: string;
  readonly timeZone: string;
}

/** Where networks come from. */
export interface NetworkSource {
  /** The feeds in force, without what they draw. */
  heads(): Promise<FeedHead[]>;
  /** A feed as pages read it. */
  read(head: FeedHead): Promise<object>;
}

/** The network as pages read it. */
export interface NetworkBody {
  readonly json: string;
  /** Digests by feed, in the order of their names. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Networks change seldom and are large: each version of a feed is read and written as JSON once. */
export class NetworkCache {
  readonly #source: NetworkSource;
  readonly #complain: (error: unknown) => void;
  readonly #feeds = new Map<string, { digest: string; json: Promise<string> }>();
  #reading: Promise<NetworkBody> | undefined;
  #last: NetworkBody | undefined;

  /** `complain` hears of failures while an older network is served. */
  constructor(source: NetworkSource, complain: (error: unknown) => void) {
    this.#source = source;
    this.#complain = complain;
  }

  /** The last one read while the source does not answer; throws when there is none. */
  body(): Promise<NetworkBody> {
    // Pages that ask at the same time share the answer.
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<NetworkBody> {
    try {
      const heads = (await this.#source.heads()).sort((a, b) => (a.feed < b.feed ? -1 : 1));
      const feeds = await Promise.all(heads.map((head) => this.#feed(head)));
      const versions = new Map(heads.map(({ feed, digest }) => [feed, digest]));
      for (const feed of this.#feeds.keys()) if (!versions.has(feed)) this.#feeds.delete(feed);
      this.#last = { json: `{"feeds":[${feeds.join()}]}`, versions };
    } catch (error) {
      if (!this.#last) throw error;
      this.#complain(error);
    }
    return this.#last;
  }

  #feed(head: FeedHead): Promise<string> {
    const known = this.#feeds.get(head.feed);
    if (known?.digest === head.digest) return known.json;
    const json = this.#source.read(head).then((feed) => JSON.stringify(feed));
    const entry = { digest: head.digest, json };
    this.#feeds.set(head.feed, entry);
    // What failed is read again by the next one who asks.
    json.catch(() => this.#feeds.get(head.feed) === entry && this.#feeds.delete(head.feed));
    return json;
  }
}
