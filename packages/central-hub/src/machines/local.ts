import { hostname } from 'node:os';
import type { HubStore } from '../store/index.ts';
import { sendingKeptBy } from './try-machine.ts';

/** The session manager that runs in the same process. */
export interface LocalMachine {
  url: string;
  token: string;
  /** What it is called; by its host unless given. */
  name?: string;
}

/** Puts the session manager of this process behind the hub, under the name of the machine. */
export async function knowLocalMachine({ machines, hubId }: HubStore, local: LocalMachine): Promise<void> {
  const { url, token } = local;
  const name = nameOf(local);
  const known = await machines.get(name);
  if (known?.url === url && (await machines.token(name)) === token) return;
  // Another port, or another token: the same machine. Its sessions and its place in its log stay.
  if (known === null) {
    const sending = await sendingKeptBy({ url, token }, hubId);
    const record = {
      name,
      url,
      peerUrl: null,
      isDraining: false,
      sending,
      facts: null,
      lastSeenAt: null,
      createdAt: new Date(),
    };
    await machines.add(record, token);
  } else await machines.update(name, { url, token });
}

/** What the machine of this process is called. */
export function nameOf({ name }: LocalMachine): string {
  return name ?? nameOfThisMachine();
}

/** By its host. */
export function nameOfThisMachine(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'local' : name;
}
