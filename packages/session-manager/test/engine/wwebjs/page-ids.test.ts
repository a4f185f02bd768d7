import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { setupScript } from '../../../src/engine/wwebjs/page/setup.ts';

/**
 * The script that goes into every document, in a document that has nothing but a module loader as WhatsApp's page has
 * it: a stub that queues, then the loader that takes the queue over.
 */
const LOADER = `
  var window = globalThis; window.top = window;
`;
const STUB = `
  window.__d_stub = [];
  window.__d = function () { window.__d_stub.push(arguments); };
`;
const REAL = `
  const modules = new Map();
  window.require = (id) => {
    if (id === 'WAWebCollections') return window.collections;
    const module = modules.get(id);
    if (!module) throw new Error('Requiring unknown module "' + id + '"');
    if (!module.exports) {
      module.exports = {};
      module.factory(window, window.require, null, null, null, { exports: module.exports }, module.exports);
    }
    return module.exports.default ?? module.exports;
  };
  const define = (id, deps, factory) => { modules.set(id, { factory }); };
  for (const args of window.__d_stub) define(...args);
  window.__d = define;
  const held = (models) => ({ getModelsArray: () => models });
  window.collections = { Msg: held([]), Chat: held([]) };
`;
const WID =
  'class Wid { constructor() { this.user = "549"; this.server = "lid"; } $1() { return "***"; } toString() { return "549@lid"; } }';

function keyClass(body: string): string {
  return `${WID}
    class MsgKey { constructor(parts) { Object.assign(this, parts); ${body} }
    window.MsgKey = MsgKey; window.Wid = Wid;
    const key = () => new MsgKey({ fromMe: false, remote: new Wid(), id: '3A01' });`;
}

const KEPT = (name: string) =>
  keyClass(`this.${name} = [this.fromMe, this.remote, this.id].join('_'); } toString() { return this.${name}; }`);
const DEFINED = keyClass(`} $1 = 'false_549@lid_3A01'; toString() { return this.$1; }`);
const LAZY = keyClass(`} toString() { return this.$9 ??= [this.fromMe, this.remote, this.id].join('_'); }`);
const JOINED = keyClass(`} toString() { return [this.fromMe, this.remote, this.id].join('_'); }`);
const BY_METHOD = keyClass(`} text() { return 'false_549@lid_3A01'; } toString() { return this.text(); }`);
const WITHOUT_TEXT = keyClass('}');

const EARLY = "__d('WAWebMsgKey', [], (t, n, r, o, a, i, l) => { l.default = MsgKey; }, 98);";

function documentOf(...scripts: string[]): Record<string, never> {
  const context = createContext({ setTimeout, clearTimeout });
  runInContext(`${LOADER}`, context);
  runInContext(setupScript(), context);
  for (const script of scripts) runInContext(script, context);
  return context as Record<string, never>;
}

const ask = (context: object, expression: string): unknown => runInContext(expression, context);
/** As a key crosses to Node: own enumerable fields, wids as texts. */
const CROSSED = 'JSON.parse(JSON.stringify({ ...key() }))';

describe('the class of keys', () => {
  test.each([
    ['where it always was', KEPT('_serialized'), { state: 'native', field: '_serialized' }],
    ['under the name of July 2026', KEPT('$1'), { state: 'early', field: '$1' }],
    ['under any other name', KEPT('_s'), { state: 'early', field: '_s' }],
  ])('that keeps its text %s gives it as ever, in the page and in Node', (_where, script, report) => {
    const page = documentOf(STUB, script, EARLY, REAL, "require('WAWebMsgKey')");
    expect(ask(page, 'leadmaster.ids')).toEqual(report);
    expect(ask(page, CROSSED)).toMatchObject({ _serialized: 'false_549@lid_3A01' });
    expect(Object.keys(ask(page, CROSSED) as object)).toEqual(['fromMe', 'remote', 'id', '_serialized']);
    expect(ask(page, 'String(key())')).toBe('false_549@lid_3A01');
    expect(ask(page, 'leadmaster.faults')).toEqual([]);
  });

  test.each([
    ['in a field that is defined, not assigned', DEFINED],
    ['in a field that is filled when it is asked for', LAZY],
    ['nowhere', JOINED],
    ['behind a method', BY_METHOD],
  ])('that keeps its text %s gives it in the page', (_where, script) => {
    const page = documentOf(STUB, script, EARLY, REAL, "require('WAWebMsgKey')");
    expect(ask(page, 'leadmaster.ids.state')).toBe('early');
    expect(ask(page, 'key()._serialized')).toBe('false_549@lid_3A01');
    expect(ask(page, 'leadmaster.textOf(key())')).toBe('false_549@lid_3A01');
    expect(ask(page, 'String(key())')).toBe('false_549@lid_3A01');
  });

  test('is repaired also when it is registered with the real loader, after the stub is gone', () => {
    const page = documentOf(STUB, REAL, KEPT('$1'), EARLY, "require('WAWebMsgKey')");
    expect(ask(page, 'leadmaster.ids.state')).toBe('early');
  });

  test('is repaired late where the loader was not seen, with the keys that exist', () => {
    const page = documentOf(
      'delete window.__d;',
      STUB,
      KEPT('$1'),
      'const old = { id: key(), __x_id: null, __x_quoted: key() }; old.__x_id = old.id;',
      'const chat = { __x_lastReceivedKey: key(), __x_name: "Beto" };',
      EARLY,
      REAL,
      'collections.Msg = held([old]); collections.Chat = held([chat]);',
    );
    expect(ask(page, 'leadmaster.ids.state')).toBe('unseen');
    ask(page, 'leadmaster.repairIds()');
    expect(ask(page, 'leadmaster.ids')).toEqual({ state: 'late', field: '$1' });
    const own = (expression: string) => ask(page, `Object.hasOwn(${expression}, '_serialized')`);
    expect([own('old.id'), own('old.__x_quoted'), own('chat.__x_lastReceivedKey')]).toEqual([true, true, true]);
    ask(page, 'leadmaster.repairIds()');
    expect(ask(page, CROSSED)).toMatchObject({ _serialized: 'false_549@lid_3A01' });
  });

  test('that has no text of its own cannot be repaired, and says so', () => {
    const page = documentOf(STUB, WITHOUT_TEXT, EARLY, REAL, "require('WAWebMsgKey')");
    expect(ask(page, 'leadmaster.ids.state')).toBe('failed');
    expect(ask(page, 'leadmaster.textOf(key())')).toBeNull();
  });

  test('that cannot be changed keeps working for the page', () => {
    const page = documentOf(STUB, KEPT('$1'), 'Object.freeze(MsgKey.prototype)', EARLY, REAL, "require('WAWebMsgKey')");
    expect(ask(page, 'leadmaster.ids.state')).toBe('failed');
    expect(ask(page, 'String(key())')).toBe('false_549@lid_3A01');
    expect(ask(page, 'leadmaster.textOf(key())')).toBe('false_549@lid_3A01');
  });

  test('is the only class that is touched: the id of a chat keeps its method', () => {
    const page = documentOf(STUB, KEPT('$1'), EARLY, REAL, "require('WAWebMsgKey')");
    expect(ask(page, 'new Wid().$1()')).toBe('***');
    expect(ask(page, 'new Wid()._serialized')).toBeUndefined();
  });
});

test('changes nothing in a frame', () => {
  const context = createContext({});
  runInContext('var window = globalThis; window.top = {};', context);
  runInContext(setupScript(), context);
  expect(runInContext('typeof leadmaster', context)).toBe('undefined');
  expect(runInContext('"WWebJS" in window || "__d" in window', context)).toBe(false);
});

test('leaves the page’s own modules as they are', () => {
  const page = documentOf(STUB, "__d('Other', ['x'], function (t, n, r) { return 1; }, 34);");
  expect(ask(page, 'window.__d_stub[0][0]')).toBe('Other');
  expect(ask(page, 'window.__d_stub[0][2].length')).toBe(3);
  expect(ask(page, 'window.__d_stub[0].length')).toBe(4);
});
