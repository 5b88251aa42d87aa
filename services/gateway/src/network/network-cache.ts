import type { Unit } from '@giaolo/chassis/principal';

/** A version of a feed, and what a page is told of it beside what it draws. */
export interface FeedHead {
  /** `feeds/{feed}` */
  readonly feed: string;
  readonly digest: string;
  readonly agencyName: string;
  readonly timeZone: string;
  /** That it belongs to. */
  readonly unit: Unit | undefined;
}

/** Where networks come from. */
export interface NetworkSource {
  /** The feeds in force, without what they draw. */
  heads(): Promise<FeedHead[]>;
  /** A feed as pages read it. */
  read(head: FeedHead): Promise<object>;
}

/** The network as a page reads it. */
export interface NetworkBody {
  readonly json: string;
  /** Digests by feed, in the order of their names. */
  readonly versions: ReadonlyMap<string, string>;
}

/** All feeds as they were last read, in the order of their names. */
interface Networks {
  readonly heads: readonly FeedHead[];
  readonly versions: ReadonlyMap<string, string>;
  readonly feeds: readonly string[];
  /** By the names of the feeds in them, the longest unused first. */
  readonly bodies: Map<string, NetworkBody>;
}

/** As many as there are provinces, and some. */
const MOST_BODIES = 64;

/**
 * Networks change seldom and are large: each version of a feed is read and written as JSON once, and each set of feeds
 * that somebody sees is put together once.
 */
export class NetworkCache {
  readonly #source: NetworkSource;
  readonly #complain: (error: unknown) => void;
  readonly #feeds = new Map<string, { digest: string; json: Promise<string> }>();
  #reading: Promise<Networks> | undefined;
  #last: Networks | undefined;

  /** `complain` hears of failures while an older network is served. */
  constructor(source: NetworkSource, complain: (error: unknown) => void) {
    this.#source = source;
    this.#complain = complain;
  }

  /** The feeds that are seen, as last read while the source does not answer; throws when nothing was ever read. */
  async body(sees: (head: FeedHead) => boolean): Promise<NetworkBody> {
    const networks = await this.#current();
    const seen = networks.heads.map(sees);
    const key = networks.heads.flatMap(({ feed }, at) => (seen[at] ? feed : [])).join();
    const { bodies } = networks;
    const body = bodies.get(key) ?? put(networks, seen);
    bodies.delete(key);
    bodies.set(key, body);
    if (bodies.size > MOST_BODIES) bodies.delete(bodies.keys().next().value as string);
    return body;
  }

  /** Digests by feed; throws as `body` does. */
  async versions(): Promise<ReadonlyMap<string, string>> {
    return (await this.#current()).versions;
  }

  #current(): Promise<Networks> {
    // Pages that ask at the same time share the answer.
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<Networks> {
    try {
      const heads = (await this.#source.heads()).sort((a, b) => (a.feed < b.feed ? -1 : 1));
      const feeds = await Promise.all(heads.map((head) => this.#feed(head)));
      const versions = new Map(heads.map(({ feed, digest }) => [feed, digest]));
      for (const feed of this.#feeds.keys()) if (!versions.has(feed)) this.#feeds.delete(feed);
      const isSame = JSON.stringify([...versions]) === JSON.stringify([...(this.#last?.versions ?? [])]);
      this.#last = { heads, versions, feeds, bodies: (isSame && this.#last?.bodies) || new Map() };
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

function put({ heads, feeds }: Networks, seen: readonly boolean[]): NetworkBody {
  const versions = heads.filter((_, at) => seen[at]).map(({ feed, digest }): [string, string] => [feed, digest]);
  return { json: `{"feeds":[${feeds.filter((_, at) => seen[at]).join()}]}`, versions: new Map(versions) };
}
