/**
 * The first inline script of the document, as WhatsApp's own: the loader's stubs, which queue what is registered until
 * the loader is there (`page/loader.js`). What is installed before any script of the page can lie in wait for `__d`.
 */
export const LOADER_STUBS = [
  'window.__d_stub = [];',
  'window.__d = function (id, deps, factory, flags) { window.__d_stub.push([id, deps, factory, flags]); };',
  'window.requireLazy_stub = [];',
  'window.requireLazy = function (ids, callback) { window.requireLazy_stub.push([ids, callback]); };',
].join(' ');
