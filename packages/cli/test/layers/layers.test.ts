import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const SM = 'packages/session-manager/src';

/** Who must not import what. Each is planted in a tree of its own and must be found by the linter as configured. */
const FORBIDDEN: readonly [file: string, imported: string][] = [
  ['packages/protocol/src/a.ts', 'pino'],
  ['packages/protocol/src/b.ts', 'node:fs'],
  ['packages/protocol/src/c.ts', '@leadmaster/session-manager'],
  ['packages/protocol/src/d.ts', '../../vault/src/index.ts'],
  [`${SM}/main.ts`, '@leadmaster/whatsapp-standin'],
  [`${SM}/main.ts`, '@leadmaster/testkit'],
  [`${SM}/main.ts`, '@leadmaster/cli'],
  [`${SM}/main.ts`, '@leadmaster/central-hub'],
  [`${SM}/lifecycle/a.ts`, '../../../protocol/src/index.ts'],
  [`${SM}/lifecycle/a.ts`, '../http/server.ts'],
  [`${SM}/lifecycle/b.ts`, 'whatsapp-web.js'],
  [`${SM}/lifecycle/machine.ts`, 'node:fs'],
  [`${SM}/lifecycle/machine.ts`, '../state/state-store.ts'],
  [`${SM}/lifecycle/machine.ts`, 'pino'],
  [`${SM}/http/a.ts`, '../engine/engine.ts'],
  [`${SM}/http/routes/a.ts`, '../../profile/trash.ts'],
  [`${SM}/http/routes/b.ts`, '../../state/database.ts'],
  [`${SM}/http/b.ts`, 'puppeteer-core'],
  [`${SM}/engine/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/engine/browser/a.ts`, 'whatsapp-web.js'],
  [`${SM}/engine/wwebjs/a.ts`, '../../state/database.ts'],
  [`${SM}/profile/a.ts`, '../engine/engine.ts'],
  [`${SM}/profile/b.ts`, '../lifecycle/machine.ts'],
  [`${SM}/state/a.ts`, '../profile/paths.ts'],
  [`${SM}/process/a.ts`, '../profile/paths.ts'],
  [`${SM}/config/a.ts`, '../engine/engine.ts'],
  ['packages/cli/src/a.ts', '@leadmaster/whatsapp-standin'],
  ['packages/cli/src/b.ts', 'whatsapp-web.js'],
  ['packages/cli/src/commands/a.ts', '../../../session-manager/src/config/env.ts'],
  ['packages/vault/src/a.ts', '@leadmaster/session-manager'],
  ['packages/vault/src/b.ts', '@leadmaster/testkit'],
  ['packages/vault/src/store/a.ts', 'better-sqlite3'],
  ['packages/whatsapp-standin/src/a.ts', '@leadmaster/session-manager'],
  ['packages/capture/src/a.ts', '@leadmaster/session-manager'],
  ['packages/capture/src/b.ts', '@leadmaster/vault'],
  ['packages/capture/src/freeze/a.ts', 'puppeteer-core'],
  ['packages/vault-auth/src/a.ts', '@leadmaster/session-manager'],
  [`${SM}/snapshots/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/snapshots/b.ts`, '../http/server.ts'],
  [`${SM}/transfer/a.ts`, '../lifecycle/supervisor.ts'],
  [`${SM}/transfer/b.ts`, '../http/server.ts'],
  [`${SM}/builds/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/builds/b.ts`, '../http/server.ts'],
  [`${SM}/profile/c.ts`, '../snapshots/take.ts'],
  [`${SM}/disk/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/disk/b.ts`, '../http/server.ts'],
];

const ALLOWED: readonly [file: string, imported: string][] = [
  ['packages/protocol/src/a.ts', 'zod'],
  ['packages/protocol/src/b.ts', './a.ts'],
  [`${SM}/http/routes/a.ts`, '../../lifecycle/session-service.ts'],
  [`${SM}/lifecycle/a.ts`, '../engine/engine.ts'],
  [`${SM}/lifecycle/machine.ts`, '@leadmaster/protocol'],
  [`${SM}/engine/wwebjs/a.ts`, 'whatsapp-web.js'],
  ['packages/vault/src/a.ts', '@leadmaster/protocol'],
  ['packages/capture/src/a.ts', '@leadmaster/protocol/errors'],
  ['packages/vault-auth/src/a.ts', '@leadmaster/capture/processes'],
  ['packages/vault-auth/src/b.ts', 'whatsapp-web.js'],
  [`${SM}/snapshots/a.ts`, '../profile/paths.ts'],
  ['packages/cli/src/a.ts', '@leadmaster/session-manager/config'],
  ['packages/cli/test/a.test.ts', '@leadmaster/testkit'],
];

interface Diagnostic {
  category: string;
  location: { path: string | { file: string } };
}

let tree: string;

/** A file of its own for each violation, beside the one it stands for. */
function plant(kind: string, index: number, file: string, text: string): string {
  // The machine is one file by name; elsewhere the folder decides.
  const path = file.endsWith('machine.ts') ? file : join(dirname(file), `${kind}${index}.ts`);
  const full = join(tree, kind, String(index), path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return join(kind, String(index), path);
}

function lint(folder: string): Diagnostic[] {
  const config = JSON.parse(readFileSync(join(CHECKOUT, 'biome.json'), 'utf8'));
  // Every planted tree stands where the checkout would: the rules' paths must match one folder further down.
  const within = (pattern: string): string => (pattern.startsWith('!') ? `!**/${pattern.slice(1)}` : `**/${pattern}`);
  for (const override of config.overrides) override.includes = override.includes.map(within);
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
  const biome = join(CHECKOUT, 'node_modules/.bin/biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', folder];
  let report: string;
  try {
    report = execFileSync(biome, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    report = String((error as { stdout: string }).stdout);
  }
  return JSON.parse(report.slice(report.indexOf('{'))).diagnostics;
}

function pathOf({ location }: Diagnostic): string {
  return typeof location.path === 'string' ? location.path : location.path.file;
}

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'leadmaster-layers-'));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('the linter', () => {
  test('finds every import across the layers, and takes none for one that is not', () => {
    const importing = (from: string): string => `import x from '${from}';\n\nexport default x;\n`;
    const bad = FORBIDDEN.map(([file, from], i) => plant('bad', i, file, importing(from)));
    for (const [i, [file, from]] of ALLOWED.entries()) plant('good', i, file, importing(from));
    const found = lint(tree).filter(({ category }) => category === 'lint/style/noRestrictedImports');
    const missed = bad.filter((path) => !found.some((diagnostic) => pathOf(diagnostic).endsWith(path)));
    expect(missed.map((path) => FORBIDDEN[bad.indexOf(path)])).toEqual([]);
    expect(found.map(pathOf).filter((path) => path.includes('good/'))).toEqual([]);
  });

  test('finds process.env outside config/', () => {
    const text = 'export const x = process.env.X;\n';
    const bad = plant('env', 0, `${SM}/lifecycle/a.ts`, text);
    plant('fine', 0, `${SM}/config/env.ts`, text);
    const found = lint(tree).filter(({ category }) => category === 'lint/style/noProcessEnv');
    expect(found.map(pathOf).filter((path) => path.endsWith(bad))).toHaveLength(1);
  });

  test('finds a circle of imports', () => {
    const folder = join(tree, 'circle/packages/x/src');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'a.ts'), "import { b } from './b.ts';\n\nexport const a = (): number => b();\n");
    writeFileSync(join(folder, 'b.ts'), "import { a } from './a.ts';\n\nexport const b = (): number => a();\n");
    const found = lint(tree).filter(({ category }) => category === 'lint/suspicious/noImportCycles');
    expect(found.length).toBeGreaterThan(0);
  });
});
