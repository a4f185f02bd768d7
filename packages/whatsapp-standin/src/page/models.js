import { Emitter } from './events.js';

/** Classes whose attributes have their accessors. */
const prepared = new WeakSet();

/**
 * A thing with attributes that tells of their changes. As in WhatsApp's models each value is an own enumerable field
 * `__x_<name>` behind an accessor on the prototype: who spreads a model gets the fields, never the plain names.
 */
export class Model extends Emitter {
  /** Names of the attributes; each class has its own. */
  static attributes = [];
  /** Those of them that `serialize()` leaves out, because they are for this page alone. */
  static session = [];

  /** Collections that hold this model and pass its events on. */
  #collections = new Set();

  constructor(values = {}) {
    super();
    prepare(this.constructor);
    for (const [name, value] of Object.entries(values)) this[field(name)] = value;
  }

  set(values) {
    const changed = Object.entries(values).filter(([name, value]) => this[field(name)] !== value);
    const before = Object.fromEntries(changed.map(([name]) => [name, this[field(name)]]));
    for (const [name, value] of changed) this[field(name)] = value;
    for (const [name, value] of changed) this.#tell(`change:${name}`, this, value, before[name]);
    if (changed.length > 0) this.#tell('change', this);
    return this;
  }

  /** A plain copy for those outside, under the plain names. */
  serialize() {
    const { attributes, session } = this.constructor;
    const names = attributes.filter((name) => Object.hasOwn(this, field(name)) && !session.includes(name));
    return Object.fromEntries(names.map((name) => [name, this[field(name)]]));
  }

  toJSON() {
    return this.serialize();
  }

  joined(collection) {
    this.#collections.add(collection);
  }

  left(collection) {
    this.#collections.delete(collection);
  }

  #tell(name, ...args) {
    this.trigger(name, ...args);
    for (const collection of this.#collections) collection.trigger(name, ...args);
  }
}

function field(name) {
  return `__x_${name}`;
}

function prepare(modelClass) {
  if (prepared.has(modelClass)) return;
  prepared.add(modelClass);
  for (const name of modelClass.attributes) {
    Object.defineProperty(modelClass.prototype, name, {
      get() {
        return this[field(name)];
      },
      set(value) {
        this.set({ [name]: value });
      },
      configurable: true,
    });
  }
}

/** Models by the text of their id, in the order of arrival. */
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
    return this.#models.get(String(id));
  }

  add(model) {
    const key = String(model.id);
    const known = this.#models.get(key);
    if (known) return known;
    this.#models.set(key, model);
    model.joined(this);
    this.trigger('add', model);
    return model;
  }

  remove(model) {
    if (!this.#models.delete(String(model.id))) return;
    model.left(this);
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
