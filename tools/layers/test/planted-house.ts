import { check, type Problem } from '../check.ts';
import { type House, type Manifest, readHouse } from '../house.ts';
import { importsOf } from '../imports.ts';
import { KEPT_LIBRARIES, ROOMS, type Room } from '../table.ts';

const ROOT = `${import.meta.dirname}/../../..`;

/** This checkout, read once: its manifests and what lies where are those of every planted house. */
export const CHECKOUT: House = readHouse(ROOT, ROOMS);

export const RULES = { rooms: ROOMS, kept: KEPT_LIBRARIES };

/** This checkout with one more file, and what the check says of that file. */
export function plant(
  file: string,
  text: string,
  changes: { rooms?: readonly Room[]; manifest?: Manifest } = {},
): Problem[] {
  const manifests = new Map(CHECKOUT.manifests);
  const folder = file.split('/').slice(0, 2).join('/');
  if (changes.manifest !== undefined) manifests.set(folder, changes.manifest);
  const files = new Map(CHECKOUT.files).set(file, importsOf(file, text));
  return check({ files, manifests }, { ...RULES, rooms: changes.rooms ?? ROOMS }, [file]);
}

export function importing(specifier: string): string {
  return `import x from '${specifier}';\n\nexport default x;\n`;
}
