// `npm run check|prove|bench|pack|standin`: the commands of those who work on LeadMaster.
import './check-node.mjs';

const { existsSync, readFileSync, readdirSync } = await import('node:fs');
const { join } = await import('node:path');
const { ensureInstall } = await import('./ensure-install.mjs');
const { fail, LaunchError, passThrough, ROOT } = await import('./lib.mjs');
const { launch } = await import('./launch.mjs');
const { findRuntime } = await import('./runtime.mjs');

const BIN = join(ROOT, 'node_modules', '.bin');
const LAYERS = join(ROOT, 'tools', 'layers', 'main.ts');

const COMMANDS = {
  /** Types, lint, layers: seconds, before every commit. */
  async check(node) {
    const results = [
      await passThrough(join(BIN, 'tsc'), ['--noEmit', '-p', ROOT]),
      await passThrough(join(BIN, 'tsc'), ['--noEmit', '-p', join(ROOT, 'packages', 'dashboard')]),
      await passThrough(join(BIN, 'biome'), ['check', '--error-on-warnings', ROOT]),
      await passThrough(node, [LAYERS]),
    ];
    return Math.max(...results);
  },
  /** A long proof: `packages/<package>/prove/NAME.ts`, seeded and sized by its own flags. */
  async prove(node, [name, ...args]) {
    const file = named(name, 'proof', proofs());
    return args.includes('--help') ? tellUse(file) : passThrough(node, [file, ...args]);
  },
  /** A benchmark: `bench/NAME.ts`. */
  bench: async (node, [name, ...args]) =>
    passThrough(node, [named(name, 'benchmark', scriptsIn(join(ROOT, 'bench'))), ...args]),
  /** Tarballs of the libraries, into a folder. */
  pack: async (node, args) => passThrough(node, [join(ROOT, 'tools', 'pack', 'main.ts'), ...args]),
};

/** Paths of the scripts in a folder, by their names without the ending. */
function scriptsIn(folder) {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(files.map((file) => [file.slice(0, -3), join(folder, file)]));
}

function proofs() {
  const packages = join(ROOT, 'packages');
  return Object.assign({}, ...readdirSync(packages).map((name) => scriptsIn(join(packages, name, 'prove'))));
}

function named(name, what, known) {
  if (name in known) return known[name];
  throw new LaunchError(`Say which ${what}. There are: ${Object.keys(known).join(', ')}`);
}

/** How a proof is used is what its file begins with. */
function tellUse(file) {
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  console.log(comment.replace(/^ \* ?/gm, ''));
  return 0;
}

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
