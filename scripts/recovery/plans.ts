import { isStateTopic } from '@giaolo/chassis/state-records';
import type { TopicEntry } from '@giaolo/topics/registry';

/** Where the decisions of a service are on the bus. */
export interface Plan {
  readonly service: string;
  /** Topics of state. */
  readonly states: readonly string[];
  /** Everything else that it alone says; facts among it have a sequence. */
  readonly facts: readonly string[];
  /** The aggregate whose fact has this key, if it can be told; `isKnown` says which aggregates there are. */
  nameOf(key: string, isKnown: (name: string) => boolean): string | undefined;
}

/** The services that decide, as topics.yaml has them. */
export function plansFrom(registry: readonly TopicEntry[]): Plan[] {
  const states = registry.filter(({ name }) => isStateTopic(name));
  const services = [...new Set(states.flatMap(({ producer }) => producer))].sort();
  return services.map((service) => {
    const own = registry.filter(({ producer, value }) => producer.join() === service && value !== undefined);
    const ofState = own.filter(({ name }) => isStateTopic(name));
    return {
      service,
      states: ofState.map(({ name }) => name),
      facts: own.filter(({ name }) => !isStateTopic(name)).map(({ name }) => name),
      nameOf: namesLike(ofState.map(({ key }) => key)),
    };
  });
}

/**
 * Facts have the name of their aggregate for a key, or it without its collection; what stands after an `@` is their own.
 * `patterns` as topics.yaml has the keys of state, such as `lots/{lot}, and ...`: a name that nobody knows must look so.
 */
export function namesLike(patterns: readonly string[]): Plan['nameOf'] {
  const shapes = patterns.flatMap((text) => /^[a-z-]+(\/\{\w+\})+/.exec(text)?.[0] ?? []);
  const collections = shapes.map((shape) => shape.slice(0, shape.indexOf('/')));
  const looksLikeOne = shapes.map((shape) => new RegExp(`^${shape.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
  return (key, isKnown) => {
    const [base = key] = key.split('@', 1);
    const candidates = [base, ...collections.map((collection) => `${collection}/${base}`)];
    const known = candidates.find(isKnown);
    if (known !== undefined || base !== key) return known;
    return candidates.find((name) => looksLikeOne.some((shape) => shape.test(name)));
  };
}
