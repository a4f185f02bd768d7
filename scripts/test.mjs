// `npm test`: brings what is needed, then checks everything: types, lint, layers, all tests, and what they left behind.
// `npm test -- PATTERN` runs the test files whose path has it, and nothing else.
import './check-node.mjs';

const { spawn } = await import('node:child_process');
const { existsSync } = await import('node:fs');
const { join } = await import('node:path');
const { ensureDashboard } = await import('./dashboard.mjs');
const { ensureInstall } = await import('./ensure-install.mjs');
const { LeakWatch } = await import('./leaks.mjs');
const { capture, fail, ROOT } = await import('./lib.mjs');
const { findRuntime } = await import('./runtime.mjs');
const { ensureTestNeeds } = await import('./test-needs.mjs');

const BIN = join(ROOT, 'node_modules', '.bin');

async function main(args) {
  await ensureInstall();
  const node = await findRuntime();
  await Promise.all([ensureTestNeeds(), ensureDashboard({ node })]);
  const sum = { passed: 0, failed: 0, skipped: 0, skips: [], unsteady: [], failures: [] };
  const isWhole = args.length === 0;
  // Before the tests, and not beside them: they keep every core busy, and the longest tests come first.
  if (isWhole) await checks(sum, node);
  const watch = new LeakWatch();
  // A whole run tries a failed test once more and names it: one chance in thousands must not hide what the others tell.
  const tested = await vitest(node, isWhole ? ['--retry=1'] : args, watch.env);
  add(sum, tested);
  const left = await watch.close();
  sum[left.length === 0 ? 'passed' : 'failed']++;
  sum.failures.push(...left.map((what) => `left behind: ${what}`));
  if (isWhole) for (const { file, seconds } of tested.slowest ?? []) console.log(`${seconds} s  ${file}`);
  report(sum);
  process.exit(sum.failed === 0 && sum.passed > 1 ? 0 : 1);
}

async function checks(sum, node) {
  const tsc = join(BIN, 'tsc');
  await check(sum, 'types', tsc, ['--noEmit', '-p', ROOT]);
  await check(sum, 'types of the dashboard', tsc, ['--noEmit', '-p', join(ROOT, 'packages', 'dashboard')]);
  await check(sum, 'lint', join(BIN, 'biome'), ['check', '--error-on-warnings', ROOT]);
  await check(sum, 'layers', node, [join(ROOT, 'tools', 'layers', 'main.ts')]);
}

/** A check that is one test in the sum. What it says is printed at its end, apart from what the tests say. */
async function check(sum, name, command, args) {
  const { code, output } = existsSync(command)
    ? await capture(command, args, { cwd: ROOT })
    : { code: 1, output: `${command} is not there\n` };
  console.log(`\n== ${name}: ${code === 0 ? 'passed' : 'FAILED'}\n${output.trimEnd()}`.trimEnd());
  sum[code === 0 ? 'passed' : 'failed']++;
  if (code !== 0) sum.failures.push(name);
}

function vitest(node, args, env) {
  console.log('\n== tests');
  return new Promise((resolve) => {
    const reporter = join(ROOT, 'scripts', 'vitest-reporter.mjs');
    const reporters = [`--reporter=${process.stdout.isTTY ? 'default' : 'dot'}`, `--reporter=${reporter}`];
    const script = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    // Processes find `node` on the PATH as they would under npm.
    const path = `${BIN}:${process.env.PATH}`;
    const options = {
      cwd: ROOT,
      env: { ...process.env, ...env, PATH: path },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    };
    const child = spawn(node, [script, 'run', ...reporters, ...args], options);
    let count = null;
    child.on('message', (message) => {
      count = message;
    });
    child.on('close', (code) => {
      const dead = {
        passed: 0,
        failed: 1,
        skipped: 0,
        skips: [],
        unsteady: [],
        failures: [`vitest ended with ${code} before its report`],
      };
      const result = count ?? dead;
      if (code !== 0 && result.failed === 0) add(result, { ...dead, failures: [`vitest ended with ${code}`] });
      resolve(result);
    });
  });
}

function add(sum, other) {
  for (const key of ['passed', 'failed', 'skipped']) sum[key] += other[key];
  sum.skips.push(...other.skips);
  sum.unsteady.push(...other.unsteady);
  sum.failures.push(...other.failures);
}

function report(sum) {
  console.log('');
  for (const text of sum.skips) console.log(`skipped  ${text}`);
  for (const text of sum.unsteady) console.log(`UNSTEADY ${text}`);
  for (const text of sum.failures) console.log(`FAILED   ${text}`);
  console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
}

main(process.argv.slice(2)).catch(fail);
