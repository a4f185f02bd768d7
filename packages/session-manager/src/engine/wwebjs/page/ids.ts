import type { IdsReport, Key, WhatsAppPage } from './whatsapp-page.ts';

/**
 * Gives every key of a message its text under `_serialized` again, where whatsapp-web.js looks for it (whatsapp-web-2026,
 * section 1): by one accessor on the prototype of the page's class of keys, put there right after its module ran, before
 * any key exists. The class of people's ids is never touched: it has a private *method* with the name that the field of keys
 * got.
 */
export function installIds(): void {
  const page = globalThis as unknown as WhatsAppPage & { __d?: unknown };
  const MODULE = 'WAWebMsgKey';
  const repaired = new WeakSet<object>();
  const report: IdsReport = { state: 'unseen', field: null };
  let keyClass: KeyClass | null = null;

  type KeyClass = { prototype: object } & ((...args: never[]) => unknown);
  type Definition = (this: unknown, ...args: unknown[]) => unknown;

  const isClass = (value: unknown): value is KeyClass =>
    typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;

  /** The one field that the class's own `toString` reads; null when it reads none, several, or a method. */
  const fieldOf = (prototype: object): string | null => {
    const read = new Set<string>();
    const recorder = new Proxy(
      {},
      {
        get: (_target, name) => {
          if (typeof name === 'string') read.add(name);
          return 'text';
        },
      },
    );
    try {
      prototype.toString.call(recorder);
    } catch {
      // What it read before it threw is known anyway.
    }
    const [name, ...more] = read;
    return name === undefined || more.length > 0 || name in prototype ? null : name;
  };

  const keep = (key: object, text: unknown): unknown => {
    if (Object.isExtensible(key))
      Object.defineProperty(key, '_serialized', { value: text, enumerable: true, writable: true, configurable: true });
    return text;
  };

  /** Keys that are made from now on keep their text as `_serialized`; older ones get it when it is asked for. */
  const renameBack = (prototype: object, field: string): void => {
    Object.defineProperty(prototype, '_serialized', {
      configurable: true,
      get(this: Record<string, unknown>) {
        if (Object.hasOwn(this, field)) return keep(this, this[field]);
        // A text that is made only when it is asked for.
        const text: unknown = this.toString();
        return typeof text === 'string' ? text : undefined;
      },
      set(this: object, text: unknown) {
        keep(this, text);
      },
    });
    Object.defineProperty(prototype, field, {
      configurable: true,
      get(this: { _serialized?: unknown }) {
        return Object.hasOwn(this, '_serialized') ? this._serialized : undefined;
      },
      set(this: object, text: unknown) {
        keep(this, text);
      },
    });
  };

  /** A class that keeps no text: it is joined when asked for. */
  const join = (prototype: object): void => {
    Object.defineProperty(prototype, '_serialized', {
      configurable: true,
      get(this: object) {
        return String(this);
      },
      set(this: object, text: unknown) {
        keep(this, text);
      },
    });
  };

  const repairClass = (candidate: KeyClass, state: 'early' | 'late'): void => {
    keyClass = candidate;
    const { prototype } = candidate;
    if (repaired.has(prototype)) return;
    if (prototype.toString === Object.prototype.toString) {
      report.state = 'failed';
      return;
    }
    repaired.add(prototype);
    report.field = fieldOf(prototype);
    if (report.field === '_serialized') report.state = 'native';
    else {
      if (report.field === null) join(prototype);
      else renameBack(prototype, report.field);
      report.state = state;
    }
  };

  const attempt = (action: () => void): void => {
    try {
      action();
    } catch {
      // The page continues as without us; ids are then rebuilt in Node.
      report.state = 'failed';
    }
  };

  /** The page's factory of the module, with the class repaired before the module is given out. */
  const watched = (factory: Definition): Definition => {
    const watching = function (this: unknown, ...args: unknown[]): unknown {
      const result = factory.apply(this, args);
      attempt(() => {
        const module = args[5] as { exports?: { default?: unknown } } | undefined;
        const exports = args[6] as { default?: unknown } | undefined;
        const found = [exports?.default, module?.exports?.default, module?.exports].find(isClass);
        if (found !== undefined) repairClass(found, 'early');
      });
      return result;
    };
    return Object.defineProperty(watching, 'length', { value: factory.length, configurable: true });
  };

  const shown = new WeakSet<object>();
  const wrapped = new WeakSet<object>();
  /** The page's loader, which sees our factory in place of that one module's. */
  const watchedLoader = (define: Definition): Definition => {
    if (shown.has(define)) return define;
    const loader = new Proxy(define, {
      apply: (target, self, args: unknown[]) => {
        const factory = args[2];
        if (args[0] === MODULE && typeof factory === 'function' && !wrapped.has(factory)) {
          const watching = watched(factory as Definition);
          wrapped.add(watching);
          return Reflect.apply(target, self, args.with(2, watching));
        }
        return Reflect.apply(target, self, args);
      },
    });
    shown.add(loader);
    return loader;
  };

  let loader: unknown = page.__d;
  Object.defineProperty(page, '__d', {
    configurable: true,
    enumerable: true,
    get: () => loader,
    set: (define: unknown) => {
      loader = typeof define === 'function' ? watchedLoader(define as Definition) : define;
    },
  });

  /** Keys that were made before the class was repaired, in the models that hold them; any other is repaired when it is read. */
  const sweep = (): void => {
    try {
      const { Msg, Chat } = page.require('WAWebCollections');
      for (const model of Msg.getModelsArray()) if (!Object.hasOwn(model.id, '_serialized')) touch(model);
      for (const chat of Chat.getModelsArray()) touch(chat);
    } catch {
      // Without collections there is nothing that could be told to Node.
    }
  };

  const touch = (model: object): void => {
    for (const [name, value] of Object.entries(model)) {
      if (name.startsWith('__x_') && keyClass !== null && value instanceof keyClass)
        void (value as { _serialized?: unknown })._serialized;
    }
  };

  const isText = (text: unknown): text is string => typeof text === 'string' && /^(true|false)_./.test(text);

  Object.assign(page.leadmaster, {
    ids: report,
    textOf: (key: Key): string | null => [key._serialized, String(key)].find(isText) ?? null,
    repairIds: () => {
      attempt(() => {
        const module = page.require(MODULE) as { default?: unknown };
        const found = [module, module.default].find(isClass);
        if (found === undefined) throw new Error('the page has no class of keys');
        repairClass(found, 'late');
      });
      if (report.state === 'early' || report.state === 'late') sweep();
    },
  });
}
