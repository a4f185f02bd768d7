import { LeadMasterError } from '@leadmaster/protocol';
import type { BrowserFound } from '@leadmaster/session-manager/browser';
import { describe, expect, test } from 'vitest';
import { ensureBrowser, type Means } from '../src/setup/install-browser.ts';

const SHELL: BrowserFound = { path: '/x', kind: 'headless-shell', product: 'Chromium', version: '156.0', major: 156 };

/** A machine on which a browser is found once one of the means has brought it. */
function machine(options: { installed?: boolean; root?: boolean; aptWorks?: boolean; fetchWorks?: boolean }) {
  let installed = options.installed ?? false;
  const done: string[] = [];
  const said: string[] = [];
  const means: Means = {
    async find({ chromePath }) {
      if (chromePath !== null)
        throw new LeadMasterError('browser_missing', `CHROME_PATH=${chromePath}: no such file.`, 'Give another.');
      if (installed) return SHELL;
      throw new LeadMasterError('browser_missing', 'No browser is installed.', 'Run: something');
    },
    mayUseApt: () => options.root ?? false,
    async apt(name) {
      done.push(`apt ${name}`);
      if (!options.aptWorks) throw new Error('no such package');
      installed = true;
    },
    async fetch(name) {
      done.push(`fetch ${name}`);
      if (!options.fetchWorks) throw new Error('getaddrinfo ENOTFOUND');
      installed = true;
    },
  };
  const ensure = (visible = false, chromePath: string | null = null) =>
    ensureBrowser({ chromePath, visible, say: (text) => said.push(text), means });
  return { done, said, ensure };
}

describe('ensureBrowser', () => {
  test('an installed one is taken; nothing is brought or said', async () => {
    const { done, said, ensure } = machine({ installed: true });
    expect(await ensure()).toBe(SHELL);
    expect([...done, ...said]).toEqual([]);
  });

  test.each([
    [false, 'apt chromium-headless-shell'],
    [true, 'apt chromium'],
  ])('root on Debian: apt brings the kind that is needed (visible: %s)', async (visible, step) => {
    const { done, said, ensure } = machine({ root: true, aptWorks: true });
    expect(await ensure(visible)).toBe(SHELL);
    expect(done).toEqual([step]);
    expect(said.join(' ')).toContain("Installing Debian's");
  });

  test('where apt is not ours, or fails, the current stable is fetched', async () => {
    const user = machine({ fetchWorks: true });
    expect(await user.ensure()).toBe(SHELL);
    expect(user.done).toEqual(['fetch chrome-headless-shell']);
    const root = machine({ root: true, aptWorks: false, fetchWorks: true });
    expect(await root.ensure(true)).toBe(SHELL);
    expect(root.done).toEqual(['apt chromium', 'fetch chrome']);
  });

  test('when nothing helps, every reason and the one command are told', async () => {
    const error = await machine({ root: true })
      .ensure()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'browser_missing',
      message: 'No browser is installed. apt: no such package fetch: getaddrinfo ENOTFOUND',
      hint: expect.stringMatching(/^Run: (sudo apt-get install -y chromium-headless-shell|npx @puppeteer)/),
    });
  });

  test('a CHROME_PATH that is wrong is told of, never made up for', async () => {
    const { done, ensure } = machine({ root: true, aptWorks: true });
    await expect(ensure(false, '/nowhere')).rejects.toThrow('CHROME_PATH=/nowhere');
    expect(done).toEqual([]);
  });
});
