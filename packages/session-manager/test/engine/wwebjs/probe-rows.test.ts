import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import whatsapp from 'whatsapp-web.js';
import { ExposeAuthStore } from 'whatsapp-web.js/src/util/Injected/AuthStore/AuthStore.js';
import { PROBE_ROWS } from '../../../src/engine/wwebjs/probe-rows.ts';

/** Runs the library's first step in a page without one module, and says which modules it asked for. */
function injectWithout(missing: string | null): string[] {
  const asked: string[] = [];
  const window = {
    require(name: string) {
      asked.push(name);
      if (name === missing) throw new Error(`Requiring unknown module "${name}"`);
      return {};
    },
  };
  runInContext(`(${ExposeAuthStore})()`, createContext({ window }));
  return [...new Set(asked)];
}

const neededModules = new Set(PROBE_ROWS.filter(({ isNeeded }) => isNeeded).map(({ module }) => module));

describe('the rows of the self-test', () => {
  test.each(injectWithout(null))('need %s, without which the library is put into no page', (module) => {
    expect(() => injectWithout(module)).toThrow('unknown module');
    expect(neededModules).toContain(module);
  });

  test('need every module that the library names while it links and gets READY', () => {
    const { inject } = whatsapp.Client.prototype as unknown as { inject: () => Promise<void> };
    const named = [...`${inject}`.matchAll(/require\(\s*'(\w+)'/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(2);
    for (const module of named) expect(neededModules).toContain(module);
  });
});
