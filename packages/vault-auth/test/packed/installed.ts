import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Needs {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/**
 * Copies packages, and all that they need, from one project to the same places of another. npm finds them there and asks no
 * registry; what none of its packages declares it removes.
 */
export function copyInstalled(names: readonly string[], from: string, to: string): void {
  const places = new Set<string>();
  for (const name of names) collect(name, from, from, places);
  // A package inside another comes with it.
  const outer = [...places].filter((place) => !place.slice('node_modules/'.length).includes('/node_modules/'));
  for (const place of outer) cpSync(join(from, place), join(to, place), { recursive: true });
}

/** Notes where a package lies as one folder sees it, and what it needs in turn. */
function collect(name: string, seenFrom: string, root: string, places: Set<string>): void {
  const folder = find(name, seenFrom, root);
  // Optional for this platform, and not installed.
  if (folder === null) return;
  const place = folder.slice(root.length + 1);
  if (places.has(place)) return;
  places.add(place);
  const needs: Needs = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const next of Object.keys({ ...needs.dependencies, ...needs.peerDependencies, ...needs.optionalDependencies }))
    collect(next, folder, root, places);
}

/** As Node looks for a package: here, then further up, as far as the root. */
function find(name: string, folder: string, root: string): string | null {
  const found = join(folder, 'node_modules', name);
  if (existsSync(found)) return found;
  return folder === root ? null : find(name, dirname(folder), root);
}
