import { drift } from './drifts.js';

/** Errors as minified code has them: a class and a message of one letter. What happened is in `cause`. */
class t extends Error {}
t.prototype.name = 't';

function short(error) {
  return error instanceof t ? error : new t('t', { cause: error });
}

/** A promise whose error is short; anything else as it is. */
function shortened(result) {
  if (!(result instanceof Promise)) return result;
  const promise = result.catch((error) => Promise.reject(short(error)));
  // Who looks at one promise of several alone hears of the failure there.
  promise.catch(() => {});
  return promise;
}

function guarded(action) {
  return function call(...args) {
    try {
      const result = action.apply(this, args);
      return Array.isArray(result) ? result.map(shortened) : shortened(result);
    } catch (error) {
      throw short(error);
    }
  };
}

/** The functions of an object, and of the objects in it, with errors in their minified form (`errors-minified`). */
export function minified(exports, depth = 2) {
  if (!drift('errors-minified') || depth === 0) return exports;
  for (const [name, value] of Object.entries(exports)) {
    if (typeof value === 'function' && name !== 'default' && !isClass(value)) exports[name] = guarded(value);
    else if (value?.constructor === Object) minified(value, depth - 1);
  }
  return exports;
}

/** One function with errors in their minified form. */
export function minifiedCall(action) {
  return drift('errors-minified') ? guarded(action) : action;
}

function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
