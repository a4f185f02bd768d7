import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, type TestContext, test } from 'vitest';
import { exitOf, FakeCheckout } from './fake-checkout.ts';

const run = promisify(execFile);
const LOCK = { name: 'fake', version: '1.0.0', lockfileVersion: 3 };
const SELF = { '': { name: 'fake', version: '1.0.0' } };

function checkout(context: TestContext): FakeCheckout {
  const fake = new FakeCheckout();
  context.onTestFinished(() => fake.remove());
  // The command line only says where it stands and what it got.
  fake.write(
    'packages/cli/src/main.mjs',
    'console.log(JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2), version: process.versions.node }));',
  );
  return fake;
}

async function leadmaster(
  fake: FakeCheckout,
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
) {
  const { env = {}, cwd = fake.root } = options;
  const command = join(fake.root, 'leadmaster');
  return run(command, args, { cwd, env: { ...process.env, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

describe.concurrent('./leadmaster', () => {
  test('works through links, from any folder, which it keeps', async (context) => {
    const fake = checkout(context);
    mkdirSync(join(fake.root, 'bin'));
    symlinkSync('../leadmaster', join(fake.root, 'bin/first'));
    symlinkSync(join(fake.root, 'bin/first'), join(fake.root, 'bin/second'));
    const { stdout } = await run(join(fake.root, 'bin/second'), ['a b', '--json'], { cwd: '/' });
    context.expect(JSON.parse(stdout)).toMatchObject({ cwd: '/', args: ['a b', '--json'] });
  });

  test("installs first when the lock file has changed, without npm's warnings of engines, and not again", async (context) => {
    const fake = checkout(context);
    // What some dependencies say of the Node that installs: npm warns of it.
    const self = { ...SELF[''], engines: { node: '>=99' } };
    fake.write('package.json', JSON.stringify(self));
    fake.write('package-lock.json', JSON.stringify({ ...LOCK, packages: { '': self } }));
    const first = await leadmaster(fake, []);
    context.expect(first.stderr).toMatch(/^Installing the locked dependencies[^\n]*\nInstalled in \d+ s\.\n$/);
    context.expect(JSON.parse(first.stdout)).toMatchObject({ args: [] });
    context.expect((await leadmaster(fake, [])).stderr).not.toContain('Installing');
  });

  test('speaks Spanish to a terminal that does', async (context) => {
    const fake = checkout(context);
    fake.write('package-lock.json', JSON.stringify({ ...LOCK, packages: SELF, changed: true }));
    const { stderr } = await leadmaster(fake, [], { env: { LEADMASTER_LANG: '', LC_ALL: 'es_AR.UTF-8' } });
    context
      .expect(stderr)
      .toMatch(/^Instalando las dependencias fijadas \(una sola vez\) \.\.\.\nInstalado en \d+ s\.$/m);
  });

  test('an npm ci that was run by hand counts: nothing is installed twice', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules/.leadmaster-install'));
    fake.write('node_modules/.package-lock.json', JSON.stringify({ ...LOCK, packages: {} }));
    context.expect(await leadmaster(fake, [])).toMatchObject({ code: 0, stderr: '' });
    context.expect(existsSync(join(fake.root, 'node_modules/.leadmaster-install'))).toBe(true);
  });

  test('two at once: one installs, the other waits', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules'), { recursive: true });
    const both = await Promise.all([leadmaster(fake, ['1']), leadmaster(fake, ['2'])]);
    context.expect(both.map(({ code }) => code)).toEqual([0, 0]);
    context.expect(both.filter(({ stderr }) => stderr.includes('Installing the locked'))).toHaveLength(1);
    context.expect(existsSync(join(fake.root, '.install.lock'))).toBe(false);
  });

  test('the lock of an installer that died is taken over', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules'), { recursive: true });
    fake.write('.install.lock', JSON.stringify({ pid: 2 ** 22 - 1, start: '1' }));
    context.expect(await leadmaster(fake, [])).toMatchObject({ code: 0 });
  });

  test('an unreachable registry is named as such', async (context) => {
    const fake = checkout(context);
    const dependency = {
      version: '1.0.0',
      resolved: 'http://127.0.0.1:9/x.tgz',
      integrity: `sha512-${'A'.repeat(86)}==`,
    };
    const needs = {
      '': { name: 'fake', version: '1.0.0', dependencies: { x: '1.0.0' } },
      'node_modules/x': dependency,
    };
    fake.write('package-lock.json', JSON.stringify({ ...LOCK, packages: needs }));
    fake.write('package.json', JSON.stringify({ name: 'fake', version: '1.0.0', dependencies: { x: '1.0.0' } }));
    const env = {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(fake.root, 'cache'),
      npm_config_fetch_retries: '0',
    };
    const { code, stderr } = await leadmaster(fake, [], { env });
    context.expect(code).toBe(1);
    context.expect(stderr).toContain('The npm registry cannot be reached (ECONNREFUSED)');
    context.expect(existsSync(join(fake.root, 'node_modules/.leadmaster-install'))).toBe(false);
  });

  test("what npm says is passed on where it is not the network's fault", async (context) => {
    const fake = checkout(context);
    fake.write('x/package.json', JSON.stringify({ name: 'x', version: '1.0.0' }));
    fake.write('package.json', JSON.stringify({ name: 'fake', version: '1.0.0', dependencies: { x: 'file:./x' } }));
    fake.write('package-lock.json', JSON.stringify({ ...LOCK, packages: SELF, changed: true }));
    const { code, stderr } = await leadmaster(fake, []);
    context.expect(code).toBe(1);
    context.expect(stderr).toContain('package.json and package-lock.json');
  });

  test('a checkout that is not whole is refused', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'package-lock.json'));
    context.expect(await leadmaster(fake, [])).toMatchObject({ code: 1 });
  });

  test('without any Node it says what to install', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules'), { recursive: true });
    mkdirSync(join(fake.root, 'bin'));
    for (const name of ['dirname', 'readlink', 'cmp'])
      symlinkSync(join('/usr/bin', name), join(fake.root, 'bin', name));
    const { code, stderr } = await leadmaster(fake, [], { env: { PATH: join(fake.root, 'bin') } });
    context.expect(code).toBe(1);
    context.expect(stderr).toContain('needs Node 20 or later');
  });
});

describe.concurrent('the runtime', () => {
  const old = '#!/bin/sh\necho v20.20.2\n';

  test('a pinned Node that does not run here is passed over for the own one', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules/.bin/node'));
    fake.write('node_modules/.bin/node', 'not a program');
    const { stdout } = await run(process.execPath, [join(fake.root, 'scripts/runtime.mjs')]);
    context.expect(stdout.trim()).toBe(process.execPath);
  });

  test('where neither is new enough, both are named', async (context) => {
    const fake = checkout(context);
    rmSync(join(fake.root, 'node_modules/.bin/node'));
    fake.write('node_modules/.bin/node', old);
    chmodSync(join(fake.root, 'node_modules/.bin/node'), 0o755);
    const { findRuntime } = await import(join(fake.root, 'scripts/runtime.mjs'));
    const own = join(fake.root, 'node_modules/.bin/node');
    await context.expect(findRuntime({ root: fake.root, own })).rejects.toThrow(/runs on Node 26.*Install Node 26/s);
  });

  test('a Node below 20 is refused before anything else', async (context) => {
    const fake = checkout(context);
    const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.19.0'}})`;
    const child = fake.start(process.execPath, ['--import', pretend, 'scripts/start.mjs']);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    context.expect(await exitOf(child)).toBe(1);
    context.expect(said).toContain('this is Node 18.19.0');
  });
});

test('no install step of a dependency runs: none needs a compiler, or a host beyond the registry', async ({
  expect,
}) => {
  const cwd = join(import.meta.dirname, '../../../..');
  expect((await run('npm', ['config', 'get', 'ignore-scripts'], { cwd })).stdout.trim()).toBe('true');
});

test('the scripts are plain: no dependency is needed to install the dependencies', ({ expect }) => {
  const scripts = join(dirname(import.meta.dirname), '../../../scripts');
  for (const name of [
    'check-node',
    'lib',
    'install-lock',
    'ensure-install',
    'runtime',
    'launch',
    'start',
    'run',
    'test',
    'leaks',
  ]) {
    const text = readFileSync(join(scripts, `${name}.mjs`), 'utf8');
    const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    expect(imported.filter((from) => !/^(node:|\.\/)/.test(from))).toEqual([]);
  }
});
