/**
 * Takes the lock of a data folder (or, given its name, of a session), says how that went in one line, and stays. It
 * forgets the handle and collects garbage on purpose: the lock must stay anyway.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDataFolder, lockSession } from '../../src/profile/locks.ts';
import { dataPaths } from '../../src/profile/paths.ts';

const [folder = '', what = 'data'] = process.argv.slice(2);
const paths = dataPaths(folder);
try {
  const { pid } = (what === 'data' ? lockDataFolder(paths, { port: 3999 }) : lockSession(paths, what)).owner;
  for (let i = 0; i < 3; i += 1) {
    await sleep(5);
    globalThis.gc?.();
  }
  console.log(`held ${pid}`);
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(`refused ${(error as { code?: string }).code} ${(error as Error).message}`);
}
