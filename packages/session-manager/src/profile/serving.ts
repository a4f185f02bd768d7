import { hostname } from 'node:os';
import { livingOwner } from './locks.ts';
import { dataPaths } from './paths.ts';

/** The port of the service that has a data folder now, from the note beside its lock; null where there is none of this host. */
export function servingPort(dataDir: string): number | null {
  const owner = livingOwner(dataPaths(dataDir).dataLock);
  if (owner === null || owner.host !== hostname()) return null;
  return Number(owner.about.port) || null;
}
