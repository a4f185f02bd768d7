import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const CHECKOUT = join(import.meta.dirname, '../../..');

let tree: string;

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'leadmaster-linter-'));
  const config = JSON.parse(readFileSync(join(CHECKOUT, 'biome.json'), 'utf8'));
  writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }));
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

interface Diagnostic {
  category: string;
  location: { path: string | { file: string } };
}

/** Files in which the linter, configured as here, finds one rule broken. */
function broken(rule: string): string[] {
  const biome = join(CHECKOUT, 'node_modules/.bin/biome');
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', tree];
  let report: string;
  try {
    report = execFileSync(biome, args, { cwd: tree, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    report = String((error as { stdout: string }).stdout);
  }
  const found: Diagnostic[] = JSON.parse(report.slice(report.indexOf('{'))).diagnostics;
  const pathOf = ({ location: { path } }: Diagnostic): string => (typeof path === 'string' ? path : path.file);
  return [...new Set(found.filter(({ category }) => category === `lint/${rule}`).map(pathOf))];
}

describe('the linter', () => {
  test('finds process.env outside its one place', () => {
    const text = 'export const x = process.env.X;\n';
    put('packages/session-manager/src/lifecycle/a.ts', text);
    put('packages/service-kit/src/process/own-environment.ts', text);
    expect(broken('style/noProcessEnv')).toEqual(['packages/session-manager/src/lifecycle/a.ts']);
  });

  test('finds a circle of imports', () => {
    put('packages/x/src/a.ts', "import { b } from './b.ts';\n\nexport const a = (): number => b();\n");
    put('packages/x/src/b.ts', "import { a } from './a.ts';\n\nexport const b = (): number => a();\n");
    expect(broken('suspicious/noImportCycles')).not.toEqual([]);
  });
});
