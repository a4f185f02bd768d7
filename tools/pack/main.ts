/** `npm run pack -- FOLDER`: tarballs of the libraries that others may install. */
import { resolve } from 'node:path';
import { packLibraries } from './pack.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Say where the tarballs go: npm run pack -- FOLDER');
  process.exitCode = 2;
} else {
  for (const path of await packLibraries(resolve(folder))) console.log(path);
}
