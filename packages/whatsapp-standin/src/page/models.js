import { Emitter } from './events.js';

/**
 * A thing with attributes that tells of their changes. Attributes are read and assigned like fields
 * (`chat.unreadCount = 0`), as WhatsApp's models allow.
 */
export class Model extends Emitter {
  /** Names of the attributes; each class has its own. */
  static attributes = [];

  /** Collections that hold this model and pass its events on. */
  collections = new Set();
  #values = {};

  constructor(values = {}) {
    super();
    for (const name of this.constructor.attributes) {
      Object.defineProperty(this, name, {
        get: () => this.#values[name],
        set: (value) => this.set({ [name]: value }),
        enumerable: true,
        configurable: true,
      });
    }
    Object.assign(this.#values, values);
  }

  set(values) {
    const changed = Object.entries(values).filter(([name, value]) => this.#values[name] !== value);
    const before = { ...this.#values };
    for (const [name, value] of changed) this.#values[name] = value;
    for (const [name, value] of changed) this.#tell(`change:${name}`, this, value, before[name]);
    if (changed.length > 0) this.#tell('change', this);
    return this;
  }

  /** A plain copy for those outside. */
  serialize() {
    return { ...this.#values };
  }

  toJSON() {
    return this.serialize();
  }

  #tell(name, ...args) {
    this.trigger(name, ...args);
    for (const collection of this.collections) collection.trigger(name, ...args);
  }
}

/** Models by their serialized id, in the order of arrival. */
export class Collection extends Emitter {
  #models = new Map();

  constructor(modelClass) {
    super();
    this.modelClass = modelClass;
  }

  get length() {
    return this.#models.size;
  }

  get(id) {
    return this.#models.get(keyOf(id));
  }

  add(model) {
    const key = keyOf(model.id);
    const known = this.#models.get(key);
    if (known) return known;
    this.#models.set(key, model);
    model.collections.add(this);
    this.trigger('add', model);
    return model;
  }

  remove(model) {
    if (!this.#models.delete(keyOf(model.id))) return;
    model.collections.delete(this);
    this.trigger('remove', model);
  }

  getModelsArray() {
    return [...this.#models.values()];
  }

  forEach(action) {
    this.getModelsArray().forEach(action);
  }

  map(action) {
    return this.getModelsArray().map(action);
  }

  filter(test) {
    return this.getModelsArray().filter(test);
  }
}

function keyOf(id) {
  return typeof id === 'string' ? id : id?._serialized;
}
