import { createContext, runInContext } from 'node:vm';
import type { Page } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { runProbe } from '../../../src/engine/wwebjs/page-probing.ts';
import type { ProbeRow } from '../../../src/engine/wwebjs/probe-rows.ts';

const TIMES = { quietMs: 20, capMs: 300, eachMs: 50 };
const never = new AbortController().signal;

/** A page of nothing but modules, in a world of its own: the probe crosses into it as text. */
function pageOf(modules: Record<string, unknown>, more: object = {}): Page {
  const map = {
    get modulesMap() {
      return modules;
    },
  };
  const world = createContext({
    performance,
    setTimeout,
    require(name: string) {
      if (name === '__debug') return map;
      if (!(name in modules)) throw new Error('t');
      const module = modules[name];
      return typeof module === 'function' && module.name === 'factory' ? module() : module;
    },
    indexedDB: {
      databases: async () => [
        { name: 'model-storage', version: 2020 },
        { name: 'other', version: 1 },
      ],
    },
    ...more,
  });
  return { evaluate: async (text: string) => runInContext(text, world) } as unknown as Page;
}

const row = (name: string, module: string, has: string, call?: string): ProbeRow => ({
  ...{ name, feature: 'text', isNeeded: true, module, has },
  ...(call === undefined ? {} : { call }),
});

async function resultOf(page: Page, ...rows: ProbeRow[]) {
  const { checks } = await runProbe(page, never, rows, TIMES);
  return checks.map(({ result }) => result);
}

describe('the self-test of a page', () => {
  test('says of each thing whether it is there and what it was', async () => {
    const page = pageOf({ A: { f: () => 1, deep: { g: () => 1 } }, B: { f: 'a text' } });
    const rows = [row('1', 'A', 'f() deep.g()'), row('2', 'A', 'gone()'), row('3', 'B', 'f()'), row('4', 'C', 'f()')];
    expect(await resultOf(page, ...rows)).toEqual(['ok', 'missing', 'wrong', 'missing']);
  });

  test('keeps the others when one throws or never answers', async () => {
    const page = pageOf({
      A: { f: () => 1 },
      Throws: function factory() {
        throw new Error('a private name');
      },
      WAWebMsgKey: { newId: () => new Promise(() => undefined) },
    });
    const rows = [row('1', 'Throws', 'f()'), row('2', 'WAWebMsgKey', 'newId()', 'newId'), row('3', 'A', 'f()')];
    const { checks } = await runProbe(page, never, rows, TIMES);
    expect(checks.map(({ result }) => result)).toEqual(['unknown', 'unknown', 'ok']);
    expect(JSON.stringify(checks)).not.toContain('private name');
  });

  test('is quiet only once no module was added for a while', async () => {
    const modules: Record<string, unknown> = { A: {} };
    let added = 0;
    const busy = setInterval(() => {
      modules[`M${added++}`] = {};
    }, 5);
    const loud = await runProbe(pageOf(modules), never, [], TIMES);
    clearInterval(busy);
    const quiet = await runProbe(pageOf(modules), never, [], TIMES);
    expect([loud.isQuiet, quiet.isQuiet]).toEqual([false, true]);
  });

  test('notes the numbers of WhatsApp’s databases, and whether ids can be journalled', async () => {
    const found = await runProbe(pageOf({}, { leadmaster: { canJournal: () => true } }), never, [], TIMES);
    expect(found).toMatchObject({ databases: { 'model-storage': 201 }, canJournal: true, build: null });
    expect(found.databases).not.toHaveProperty('other');
    expect((await runProbe(pageOf({}), never, [], TIMES)).canJournal).toBe(false);
  });

  test('rejects by the signal when the page never answers', async () => {
    const page = { evaluate: () => new Promise(() => undefined) } as unknown as Page;
    await expect(runProbe(page, AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
