/** Answers that wait for something to happen, and change nothing. */
const WAITS: readonly (string | symbol)[] = ['events', 'settled', 'acknowledged'];

/** A service whose orders are known while they are under way, also those whose caller has hung up. */
export function counted<T extends object>(service: T, pending: Set<Promise<unknown>>): T {
  return new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || WAITS.includes(name)) {
        return typeof member === 'function' ? member.bind(target) : member;
      }
      return (...given: unknown[]) => {
        const result: unknown = member.apply(target, given);
        if (result instanceof Promise) {
          pending.add(result);
          const forget = (): boolean => pending.delete(result);
          result.then(forget, forget);
        }
        return result;
      };
    },
  });
}
