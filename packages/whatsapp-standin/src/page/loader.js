import { minified } from './errors.js';

/**
 * WhatsApp's module loader: `__d` registers a factory, the first `require` runs it. The document begins with a stub of
 * `__d` that only queues (`src/page-stubs.ts`); this one replaces it and takes the queue over.
 */
const modules = new Map();
/** Lazy bundles by the name of their component: what they register when they are loaded. */
const components = new Map();

function define(id, deps, factory, flags) {
  if (!modules.has(id)) modules.set(id, { id, deps, factory, flags, exports: null });
}

/** Whether a module of that name is registered, evaluated or not. */
export function isDefined(id) {
  return modules.has(id);
}

function evaluate(id) {
  const module = modules.get(id);
  if (!module) throw new Error(`Requiring unknown module "${id}"`);
  if (module.exports !== null) return module.exports;
  const exports = {};
  module.factory(window, requireModule, importDefault, importNamespace, window.requireLazy, { exports }, exports);
  module.exports = minified(exports);
  return module.exports;
}

/** Finds a module by name; one that is nothing but its default (a class, a function) is that default. */
export function requireModule(id) {
  const exports = evaluate(id);
  const names = Object.keys(exports);
  return names.length === 1 && names[0] === 'default' ? exports.default : exports;
}

function importDefault(id) {
  const exports = evaluate(id);
  return 'default' in exports ? exports.default : exports;
}

function importNamespace(id) {
  return evaluate(id);
}

function requireLazy(ids, callback) {
  callback(...ids.map(requireModule));
}

/** Registers a module of our own: `make` returns its exports when it is first asked for. */
export function register(id, make) {
  window.__d(id, [], (_global, _require, _default, _namespace, _lazy, _module, exports) => {
    Object.assign(exports, make());
  });
}

/** Names a bundle that is there only after `Bootloader.loadModules([component])`. */
export function registerLazily(component, load) {
  components.set(component, load);
}

/** `Bootloader`. */
const Bootloader = {
  loadModules(names, callback, context) {
    for (const name of names) {
      components.get(name)?.();
      components.delete(name);
    }
    setTimeout(() => callback?.apply(context, names.filter(isDefined).map(requireModule)), 0);
  },
  __debug: { componentMap: components },
};

/** `ErrorGuard`: the page reports errors of those who call it, unless it is told not to. */
const ErrorGuard = {
  skipped: false,
  skipGuardGlobal(skip) {
    ErrorGuard.skipped = skip;
  },
};

/** Takes the place of the stubs. What they queued is registered before anything else. */
export function installLoader() {
  const queued = window.__d_stub.splice(0);
  window.__d = define;
  for (const [id, deps, factory, flags] of queued) define(id, deps, factory, flags);
  const debug = {
    get modulesMap() {
      return Object.fromEntries(modules);
    },
  };
  define('__debug', [], (_g, _r, _d, _n, _l, _m, exports) =>
    Object.defineProperties(exports, Object.getOwnPropertyDescriptors(debug)));
  for (const [ids, callback] of window.requireLazy_stub.splice(0)) requireLazy(ids, callback);
  register('Bootloader', () => Bootloader);
  register('ErrorGuard', () => ErrorGuard);
  Object.assign(window, {
    require: requireModule,
    importNamespace,
    importDefault,
    requireLazy,
    Bootloader,
    ErrorGuard,
  });
}
