/**
 * Backbone-style events, as WhatsApp's own models have: `on('change:a change:b', callback)`.
 */
export class Emitter {
  #listeners = new Map();

  on(names, callback) {
    for (const name of names.split(' ')) {
      const listeners = this.#listeners.get(name) ?? [];
      this.#listeners.set(name, [...listeners, callback]);
    }
    return this;
  }

  off(names, callback) {
    for (const name of names.split(' ')) {
      const listeners = this.#listeners.get(name) ?? [];
      this.#listeners.set(
        name,
        listeners.filter((listener) => listener !== callback && listener.original !== callback),
      );
    }
    return this;
  }

  once(name, callback) {
    const wrapped = (...args) => {
      this.off(name, wrapped);
      callback(...args);
    };
    wrapped.original = callback;
    return this.on(name, wrapped);
  }

  trigger(name, ...args) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(...args);
      } catch (error) {
        // One bad listener must not keep the others from hearing.
        console.error(`listener of ${name} failed`, error);
      }
    }
    return this;
  }
}
