/**
 * The page's IndexedDB databases, named as WhatsApp's are: the key that seals the login, the ratchet,
 * the preferences, and the chats.
 */
const SCHEMAS = {
  wawc_db_enc: { keys: {} },
  'signal-storage': { state: {} },
  wawc: { user: {} },
  'model-storage': {
    meta: {},
    chat: { keyPath: 'id' },
    message: { keyPath: 'key', indexes: { chat: ['chat', 'order'], unsent: 'unsent' } },
    payload: {},
  },
};

/** One database; every call is one transaction, and resolves when that transaction is complete. */
export class Database {
  #db;

  constructor(db) {
    this.#db = db;
  }

  get(store, key) {
    return this.#run(store, 'readonly', (objects) => objects.get(key));
  }

  put(store, value, key) {
    return this.#run(store, 'readwrite', (objects) =>
      key === undefined ? objects.put(value) : objects.put(value, key),
    );
  }

  remove(store, key) {
    return this.#run(store, 'readwrite', (objects) => objects.delete(key));
  }

  all(store) {
    return this.#run(store, 'readonly', (objects) => objects.getAll());
  }

  count(store) {
    return this.#run(store, 'readonly', (objects) => objects.count());
  }

  clear(store) {
    return this.#run(store, 'readwrite', (objects) => objects.clear());
  }

  /** Writes many rows of several stores at once, all or none. */
  putAll(rowsByStore) {
    const stores = Object.keys(rowsByStore);
    const transaction = this.#db.transaction(stores, 'readwrite');
    for (const store of stores) {
      for (const { key, value } of rowsByStore[store]) {
        const objects = transaction.objectStore(store);
        if (key === undefined) objects.put(value);
        else objects.put(value, key);
      }
    }
    return completed(transaction);
  }

  /** Reads a value, has it changed, and writes it, with nobody in between. */
  async update(store, key, change) {
    const transaction = this.#db.transaction(store, 'readwrite');
    const objects = transaction.objectStore(store);
    let result;
    const request = objects.get(key);
    request.onsuccess = () => {
      result = change(request.result);
      objects.put(result, key);
    };
    await completed(transaction);
    return result;
  }

  /** Up to `limit` rows with keys in the range, latest first. */
  async latest(store, index, range, limit) {
    const transaction = this.#db.transaction(store, 'readonly');
    const rows = [];
    const request = transaction.objectStore(store).index(index).openCursor(range, 'prev');
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor || rows.length >= limit) return;
      rows.push(cursor.value);
      cursor.continue();
    };
    await completed(transaction);
    return rows;
  }

  async #run(store, mode, act) {
    const transaction = this.#db.transaction(store, mode);
    const request = act(transaction.objectStore(store));
    await completed(transaction);
    return request.result;
  }
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('transaction aborted'));
  });
}

/** Opens one of the databases, making its stores the first time. */
export function openDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const [store, { keyPath, indexes = {} }] of Object.entries(SCHEMAS[name])) {
        const objects = request.result.createObjectStore(store, keyPath ? { keyPath } : {});
        for (const [index, path] of Object.entries(indexes)) objects.createIndex(index, path);
      }
    };
    request.onsuccess = () => resolve(new Database(request.result));
    request.onerror = () => reject(request.error);
  });
}
