import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, type TestContext, test } from 'vitest';
import { FakeCheckout } from './fake-checkout.ts';

const run = promisify(execFile);
const FOLDER = 'packages/dashboard';

/** A stand-in for Vite: its page is the source, and a source that says so cannot be built. */
const VITE = `
  import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
  const [, , , folder, , outDir] = process.argv;
  const source = readFileSync(folder + '/src/main.tsx', 'utf8');
  if (source === 'wrong') {
    console.error('main.tsx: this is no source');
    process.exit(1);
  }
  mkdirSync(outDir, { recursive: true });
  writeFileSync(outDir + '/index.html', source);
  writeFileSync(outDir + '/compiled.txt', process.env.NODE_COMPILE_CACHE ?? 'in a folder of all users');
`;

function checkout(context: TestContext, source: string): FakeCheckout {
  const fake = new FakeCheckout();
  context.onTestFinished(() => fake.remove());
  fake.write('node_modules/vite/bin/vite.js', VITE);
  fake.write('node_modules/vite/package.json', '{"type":"module"}');
  fake.write(`${FOLDER}/src/main.tsx`, source);
  return fake;
}

/** Builds where that is needed; what is said, and the page that there is then. */
async function build({ root }: FakeCheckout, env: Record<string, string> = {}) {
  const script = join(root, 'scripts', 'dashboard.mjs');
  const options = { env: { ...process.env, ...env } };
  const { code, stderr } = await run(process.execPath, [script], options).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
  const page = join(root, FOLDER, 'dist', 'index.html');
  return { code, said: stderr, page: existsSync(page) ? readFileSync(page, 'utf8') : null };
}

describe.concurrent('the dashboard', () => {
  test('is built where it is missing, and again once a source has changed, and not otherwise', async (context) => {
    const fake = checkout(context, 'one');
    const first = await build(fake);
    context.expect([first.code, first.page]).toEqual([0, 'one']);
    context.expect(first.said).toMatch(/^Building the dashboard \.\.\.\nBuilt in [\d.]+ s\.\n$/);
    context.expect(await build(fake)).toEqual({ code: 0, page: 'one', said: '' });
    fake.write(`${FOLDER}/src/main.tsx`, 'two');
    context.expect(await build(fake)).toMatchObject({ code: 0, page: 'two' });
    // A library of its own is a source, too.
    fake.write('packages/protocol/src/index.ts', 'export {};');
    context.expect((await build(fake)).said).toContain('Building');
    context.expect(readdirSync(join(fake.root, FOLDER)).sort()).toEqual(['dist', 'src']);
  });

  test('that cannot be built says why, and what was built before stays', async (context) => {
    const fake = checkout(context, 'one');
    await build(fake);
    fake.write(`${FOLDER}/src/main.tsx`, 'wrong');
    const failed = await build(fake, { LEADMASTER_LANG: 'es' });
    context.expect(failed).toMatchObject({ code: 1, page: 'one' });
    context.expect(failed.said).toContain('El panel no se pudo construir. Vite dijo:\nmain.tsx: this is no source');
  });

  test('is written by no other user, under any umask, and built by no compiled code that one has left', async (context) => {
    const fake = checkout(context, 'one');
    const script = join(fake.root, 'scripts', 'dashboard.mjs');
    const { NODE_COMPILE_CACHE: _ours, ...env } = process.env;
    await run('sh', ['-c', 'umask 000; exec "$0" "$1"', process.execPath, script], { env });
    const dist = join(fake.root, FOLDER, 'dist');
    for (const path of [dist, join(dist, 'index.html')]) context.expect(statSync(path).mode & 0o022).toBe(0);
    context
      .expect(readFileSync(join(dist, 'compiled.txt'), 'utf8'))
      .toBe(join(fake.root, 'node_modules', '.cache', 'leadmaster'));
  });

  test('of two starts at once is built by one, and both find it', async (context) => {
    const fake = checkout(context, 'one');
    const both = await Promise.all([build(fake), build(fake)]);
    context.expect(both.map(({ code, page }) => [code, page])).toEqual([
      [0, 'one'],
      [0, 'one'],
    ]);
    context.expect(both.filter(({ said }) => said.includes('Built in'))).toHaveLength(1);
  });
});
