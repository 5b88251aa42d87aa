import type { Redis } from '../src/redis.ts';

/** A connection that can be made to stand still, as that of a process which is frozen: its calls go out when it thaws. */
export function freezable(redis: Redis): { redis: Redis; freeze(): void; thaw(): void } {
  let thaw = () => {};
  let frozen: Promise<void> | undefined;
  const proxy = new Proxy(redis, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]) => Reflect.apply(member, target, args);
      return (...args: unknown[]) => (frozen ? frozen.then(() => call(...args)) : call(...args));
    },
  });
  return {
    redis: proxy,
    freeze() {
      frozen = new Promise((resolve) => {
        thaw = resolve;
      });
    },
    thaw() {
      frozen = undefined;
      thaw();
    },
  };
}
