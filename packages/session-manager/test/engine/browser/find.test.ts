import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FindOptions, findBrowser } from '../../../src/engine/browser/find.ts';

/**
 * A machine's folders in miniature. Its browsers are copies of `echo`, a real binary: asked for `--version` they say that word.
 * One that must say a version is a script that becomes `echo` (`exec`), as wrappers by people do.
 */
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'leadmaster-find-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

/** Stands for a binary: the version is said by a script, in a place where no wrapper is looked through. */
function browser(path: string, says: string): string {
  return put(path, `#!/bin/sh\nexec echo '${says}'\n`);
}

function find(options: Partial<FindOptions> = {}) {
  const searchPath = join(root, 'home/bin');
  return findBrowser({
    chromePath: null,
    visible: false,
    root,
    searchPath,
    fetchedDir: join(root, 'fetched'),
    ...options,
  });
}

async function refusal(options: Partial<FindOptions> = {}): Promise<LeadMasterError> {
  const error = await find(options).catch((reason: unknown) => reason);
  if (!(error instanceof LeadMasterError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  return error;
}

describe('which browser', () => {
  test('the headless shell comes first, then Chromium, then Chrome', async () => {
    browser('opt/google/chrome/chrome', 'Google Chrome 150.0.1.2');
    expect(await find()).toMatchObject({ kind: 'chrome', product: 'Google Chrome', major: 150 });
    browser('usr/lib/chromium/chromium', 'Chromium 156.0.8078.79 built on Debian');
    expect(await find()).toMatchObject({ kind: 'chromium', product: 'Chromium', version: '156.0.8078.79' });
    browser('usr/lib/chromium/chromium-headless-shell', 'Chromium 156.0.8078.79');
    expect(await find()).toMatchObject({ kind: 'headless-shell', major: 156 });
  });

  test('for a visible window never the headless shell', async () => {
    browser('usr/lib/chromium/chromium-headless-shell', 'Chromium 156.0.1');
    expect((await refusal({ visible: true })).message).toContain('LOGIN_MODE=local');
    browser('home/bin/google-chrome', 'Google Chrome 150.0.1');
    expect(await find({ visible: true })).toMatchObject({ kind: 'chrome' });
  });

  test('what npm start fetched is found, the newest first', async () => {
    for (const version of ['99.0.1', '150.0.2', '149.0.9']) {
      const folder = `fetched/chrome-headless-shell/linux-${version}/chrome-headless-shell-linux64`;
      browser(`${folder}/chrome-headless-shell`, `Google Chrome for Testing ${version}`);
    }
    expect(await find()).toMatchObject({ kind: 'headless-shell', version: '150.0.2' });
  });

  test('one that does not start is passed over, and named when there is no other', async () => {
    put(
      'usr/lib/chromium/chromium-headless-shell',
      '#!/bin/sh\nexec sh -c "echo libnss3.so is missing >&2; exit 127"\n',
    );
    expect((await refusal()).message).toContain('libnss3.so is missing');
    browser('usr/lib/chromium/chromium', 'Chromium 156.0.1');
    expect(await find()).toMatchObject({ kind: 'chromium' });
  });

  test('an upgrade in place is noticed', async () => {
    browser('usr/lib/chromium/chromium', 'Chromium 155.0.1');
    expect(await find()).toMatchObject({ major: 155 });
    browser('usr/lib/chromium/chromium', 'Chromium 156.0.1.0');
    expect(await find()).toMatchObject({ major: 156 });
  });
});

describe('wrappers', () => {
  test('a system wrapper, reached through a link, is looked through to the binary', async () => {
    cpSync('/bin/echo', join(root, 'usr/lib/chromium/chromium-headless-shell'), { recursive: true });
    put('usr/bin/chromium-headless-shell', '#!/bin/sh -e\n\n/usr/lib/chromium/chromium-headless-shell "$@"\n');
    mkdirSync(join(root, 'home/bin'), { recursive: true });
    symlinkSync('../../usr/bin/chromium-headless-shell', join(root, 'home/bin/chromium-headless-shell'));
    // `echo --version` answers with coreutils' version: proof that the binary was asked, and not the wrapper.
    expect((await refusal()).message).toMatch(/no browser of the Chromium family \(it says "(echo|--version)/);
  });

  test("a snap's pointer is no browser", async () => {
    put('home/bin/chromium-browser', '#!/bin/sh\necho "Command requires the chromium snap: snap install chromium"\n');
    expect((await refusal()).message).toContain('only points to a snap');
  });

  test('a wrapper that stays in between is refused', async () => {
    put('home/bin/chromium', '#!/bin/sh\necho Chromium 156.0.1\n');
    expect((await refusal()).message).toContain('without "exec"');
  });
});

describe('CHROME_PATH', () => {
  test('is taken before all others', async () => {
    browser('usr/lib/chromium/chromium-headless-shell', 'Chromium 156.0.1');
    const path = browser('mine/chrome', 'Google Chrome 151.0.1');
    expect(await find({ chromePath: path })).toMatchObject({ path, kind: 'chrome', major: 151 });
  });

  test.each([
    ['none', () => join(root, 'none'), 'no such file'],
    ['a folder', () => root, 'a folder'],
    [
      'not executable',
      () => {
        const file = put('x', 'text');
        chmodSync(file, 0o644);
        return file;
      },
      'EACCES',
    ],
    [
      'no browser',
      () => browser('x', 'Mozilla Firefox 130.0'),
      'no browser of the Chromium family (it says "Mozilla Firefox 130.0")',
    ],
    ['broken', () => put('x', '#!/bin/sh\nexec false\n'), 'does not start'],
  ])('%s is refused by name, and nothing else is tried', async (_, path, why) => {
    browser('usr/lib/chromium/chromium', 'Chromium 156.0.1');
    const chromePath = path();
    const error = await refusal({ chromePath });
    expect(error.code).toBe('browser_missing');
    expect(error.message).toContain(`CHROME_PATH=${chromePath}`);
    expect(error.message).toContain(why);
  });

  test('a headless shell is refused where a window is needed', async () => {
    const path = browser('mine/chrome-headless-shell', 'Google Chrome for Testing 151.0.1');
    expect((await refusal({ chromePath: path, visible: true })).message).toContain('has no window');
  });
});

describe('none at all', () => {
  test.each([
    ['debian', false, 'sudo apt-get install -y chromium-headless-shell'],
    ['debian', true, 'sudo apt-get install -y chromium'],
    ['ubuntu', false, 'npx @puppeteer/browsers install chrome-headless-shell@stable'],
    ['ubuntu', true, 'npx @puppeteer/browsers install chrome@stable'],
  ])('on %s, visible %s, the hint is one command', async (id, visible, command) => {
    put('etc/os-release', `NAME="x"\nID=${id}\nID_LIKE=debian\n`);
    const error = await refusal({ visible });
    expect(error.hint).toContain(command);
    expect(error.status).toBe(503);
  });
});
