/** What a recording asks the page for: names alone. */
export interface RecordingWish {
  /** Exports by module. */
  modules: Record<string, readonly string[]>;
  /** How long the list of databases may take. */
  databasesMs: number;
}

type Loader = (name: string) => unknown;

/**
 * Looks at WhatsApp's page for a recording: kinds of exports, names of fields, numbers of databases. Runs inside the page,
 * so it uses nothing from outside itself. It reads what the page holds and calls nothing that speaks to WhatsApp's server;
 * modules are only asked for where the loader says that they are registered. What it answers is raw: the caller takes
 * over what it knows, and nothing else (`recordedPageOf`).
 */
export async function findForRecording(wish: RecordingWish): Promise<unknown> {
  const page = globalThis as unknown as {
    require?: Loader;
    WWebJS?: unknown;
    Debug?: { VERSION?: unknown };
    leadmaster?: { ids?: { state?: unknown; field?: unknown } };
    ErrorGuard?: { skipGuardGlobal?: (skip: boolean) => void };
    indexedDB: { databases(): Promise<{ name?: string; version?: number }[]> };
  };
  type Any = { readonly [name: string]: unknown };
  const quietly = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch {
      return null;
    }
  };
  const isOpen = (value: unknown): value is Any =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';
  const member = (value: unknown, name: string): unknown => (isOpen(value) ? value[name] : undefined);

  const registered = quietly(() => member(page.require?.('__debug'), 'modulesMap'));
  const load = (name: string): { state: string; exports: unknown } => {
    if (page.require === undefined) return { state: 'absent', exports: undefined };
    if (isOpen(registered) && !Object.hasOwn(registered, name)) return { state: 'absent', exports: undefined };
    try {
      return { state: 'present', exports: page.require(name) };
    } catch {
      return { state: isOpen(registered) ? 'failed' : 'absent', exports: undefined };
    }
  };
  const shapeOf = (exports: unknown, path: string): { type: string; arity: number | null } => {
    try {
      const value = path.split('.').reduce(member, exports);
      return {
        type: value === null ? 'null' : typeof value,
        arity: typeof value === 'function' ? value.length : null,
      };
    } catch {
      return { type: 'unreadable', arity: null };
    }
  };
  /** The names that a `toString` reads: one, where the text is kept in a field. */
  const readsOf = (toText: unknown): string[] => {
    const names: string[] = [];
    const get = (_target: object, name: string | symbol) => {
      if (typeof name === 'string') names.push(name);
    };
    const watched = new Proxy({}, { get });
    quietly(() => (toText as () => string).call(watched));
    return [...new Set(names)];
  };
  const modelsOf = (collection: string): Any[] => {
    const found = quietly(() => {
      const models = member(member(load('WAWebCollections').exports, collection), 'getModelsArray');
      const owner = member(load('WAWebCollections').exports, collection);
      return typeof models === 'function' ? (models.call(owner) as Any[]) : [];
    });
    return Array.isArray(found) ? found : [];
  };
  /** The own fields of a key as this build makes it: `ids.ts` keeps the text of keys under the library's name for it. */
  const fieldsOf = (key: Any): unknown[] => {
    const { state, field = null } = page.leadmaster?.ids ?? {};
    if (state !== 'early' && state !== 'late') return Object.keys(key);
    const own = Object.keys(key).filter((name) => name !== '_serialized' && name !== field);
    return field === null ? own : [...own, field];
  };
  const databases = async (): Promise<[string, number][]> => {
    const overdue = new Promise<[]>((resolve) => setTimeout(resolve, wish.databasesMs, []));
    const found = await Promise.race([page.indexedDB.databases(), overdue]);
    return found.map(({ name = '', version = 0 }) => [name, version]);
  };

  // The page would report what fails below to its maker.
  quietly(() => page.ErrorGuard?.skipGuardGlobal?.(true));
  try {
    const modules: Record<string, unknown> = {};
    for (const [name, paths] of Object.entries(wish.modules)) {
      const { state, exports } = load(name);
      const shapes = paths.map((path) => [path, shapeOf(exports, path)]);
      modules[name] = { state, exports: state === 'present' ? Object.fromEntries(shapes) : {} };
    }
    const keyModule = load('WAWebMsgKey').exports;
    const keyClass = typeof keyModule === 'function' ? keyModule : member(keyModule, 'default');
    const keyText = quietly(() => member(member(keyClass, 'prototype'), 'toString'));
    const socket = quietly(() => member(load('WAWebSocketModel').exports, 'Socket'));
    const stream = quietly(() => member(load('WAWebStreamModel').exports, 'Stream'));
    const chats = modelsOf('Chat');
    const messages = modelsOf('Msg');
    const servers: Record<string, number> = {};
    for (const chat of chats) {
      const server = String(quietly(() => member(chat.id, 'server')));
      servers[server] = (servers[server] ?? 0) + 1;
    }
    const wid = quietly(() => chats[0]?.id);
    return {
      hasLoader: page.require !== undefined,
      isInjected: page.WWebJS !== undefined,
      modulesLoaded: isOpen(registered) ? Object.keys(registered).length : null,
      debug: quietly(() => page.Debug?.VERSION),
      updater: quietly(() => member(load('WAWebUpdaterVersion').exports, 'SANITIZED_VERSION_STR')),
      socket: quietly(() => member(socket, 'state')),
      hasSynced: quietly(() => member(socket, 'hasSynced')),
      streamMode: quietly(() => member(stream, 'mode')),
      streamInfo: quietly(() => member(stream, 'info')),
      modules,
      keyReads: typeof keyText === 'function' ? readsOf(keyText) : null,
      keyFields: quietly(() => (isOpen(messages[0]?.id) ? fieldsOf(messages[0].id) : null)),
      widReads: isOpen(wid) ? readsOf(quietly(() => wid.toString)) : null,
      chats: chats.length,
      messages: messages.length,
      servers,
      databases: await databases().catch(() => []),
    };
  } finally {
    quietly(() => page.ErrorGuard?.skipGuardGlobal?.(false));
  }
}
