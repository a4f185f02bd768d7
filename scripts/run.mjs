// `npm run check|prove|bench|standin`: the commands of those who work on LeadMaster.
import './check-node.mjs';

const { existsSync, readdirSync } = await import('node:fs');
const { join } = await import('node:path');
const { ensureInstall } = await import('./ensure-install.mjs');
const { fail, LaunchError, passThrough, ROOT } = await import('./lib.mjs');
const { launch } = await import('./launch.mjs');
const { findRuntime } = await import('./runtime.mjs');

const BIN = join(ROOT, 'node_modules', '.bin');
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

const COMMANDS = {
  /** Types, lint, layers: seconds, before every commit. */
  async check(node) {
    const results = [
      await passThrough(join(BIN, 'tsc'), ['--noEmit', '-p', ROOT]),
      await passThrough(join(BIN, 'biome'), ['check', '--error-on-warnings', ROOT]),
      await passThrough(node, [vitest, 'run', 'layers']),
    ];
    return Math.max(...results);
  },
  /** The long proofs (`*.prove.test.ts`), which npm test leaves out. */
  prove: (node, args) => passThrough(node, [vitest, 'run', '--config', 'vitest.prove.config.ts', ...args]),
  /** One benchmark by its folder's name. */
  bench(node, [name, ...args]) {
    const main = join(ROOT, 'bench', name ?? '', 'main.ts');
    if (name !== undefined && existsSync(main)) return passThrough(node, [main, ...args]);
    const names = readdirSync(join(ROOT, 'bench')).filter((entry) => existsSync(join(ROOT, 'bench', entry, 'main.ts')));
    throw new LaunchError(`Say which benchmark: npm run bench -- NAME. There are: ${names.join(', ') || 'none yet'}`);
  },
};

async function main([command, ...args]) {
  if (command === 'standin') {
    return launch(join(ROOT, 'packages/whatsapp-standin/src/main.ts'), ['--exit-with-parent', ...args]);
  }
  await ensureInstall();
  const run = COMMANDS[command];
  if (run === undefined) throw new LaunchError(`Say what to run: ${Object.keys(COMMANDS).join(', ')} or standin`);
  return run(await findRuntime(), args);
}

main(process.argv.slice(2)).then((code) => process.exit(code), fail);
