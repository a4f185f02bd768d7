import { eraseFor } from './erase.js';

/**
 * The page's IndexedDB databases, named as WhatsApp's are: the key that seals the login, the ratchet, the preferences,
 * and the chats. Each has a schema number n and the version (n + 1) x 10; that of the chats is the build's own.
 */
const NUMBERS = { wawc_db_enc: 2, 'signal-storage': 6, wawc: 14, 'model-storage': window.__schema };

const SCHEMAS = {
  wawc: { user: {} },
  wawc_db_enc: { keys: {} },
  'signal-storage': { state: {} },
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

  delete(store, key) {
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

  /** Reads a value, has it changed, and writes it, with no other access in between. */
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

/**
 * Opens one of the databases, making what it lacks. One that a newer build has written cannot be opened: "storage
 * initialization error", the login is erased and the page leaves, so that nothing comes of the promise.
 */
export function openDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, (NUMBERS[name] + 1) * 10);
    request.onupgradeneeded = () => makeStores(request.result, SCHEMAS[name]);
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(new Database(request.result));
    };
    request.onerror = () => {
      if (request.error.name !== 'VersionError') return reject(request.error);
      console.error('storage initialization error, logging out', request.error);
      eraseFor({ code: 0 }).catch(reject);
    };
  });
}

function makeStores(db, schema) {
  for (const [store, { keyPath, indexes = {} }] of Object.entries(schema)) {
    if (db.objectStoreNames.contains(store)) continue;
    const objects = db.createObjectStore(store, keyPath ? { keyPath } : {});
    for (const [index, path] of Object.entries(indexes)) objects.createIndex(index, path);
  }
}
