import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import type { WorldState } from '@leadmaster/whatsapp-standin';
import { openManager } from '../../test/adopt/managers.ts';
import { putProfile } from '../../test/adopt/profiles.ts';
import { Stage } from '../../test/real/harness.ts';
import { PATIENT } from '../moments/booting.ts';

export const PASSPHRASE = 'caballo batería grapa';
const PHONE = '5491100000001';
const FRIEND = '5491100000002';

/** A login as another program left it, and the same as a file that a manager has exported. */
export interface Login {
  profile: string;
  file: string;
  /** The world in which it starts; null for one that no browser has made. */
  world: WorldState | null;
}

/** Links an account with a real browser, gives it some messages, and stops it. */
export async function realLogin(folder: string): Promise<Login> {
  await using stage = await Stage.open({ env: PATIENT, standin: { page: { mediaBytes: 2_000_000 } } });
  await stage.start();
  await stage.link('ventas', PHONE);
  for (const text of ['hola', 'chau']) {
    const { id } = await stage.world.phone(FRIEND).send(PHONE, text);
    await stage.world.waitFor('delivered', ({ detail }) => detail.id === id, 60_000);
  }
  await stage.sessions.stop('ventas');
  const login = { ...(await keep(folder, join(stage.dataDir, 'tokens/ventas'))), world: stage.world.exportState() };
  await stage.stop();
  return login;
}

/** A login that is whole for those who look at its databases, made in a moment. */
export async function madeLogin(folder: string): Promise<Login> {
  const profile = await putProfile(join(folder, 'made'));
  return { ...(await keep(folder, profile)), world: null };
}

/** Copies a profile that is at rest, without our record of it, and has it exported. */
async function keep(folder: string, from: string): Promise<{ profile: string; file: string }> {
  const [profile, file] = [join(folder, 'profile'), join(folder, 'ventas.lmx')];
  await mkdir(folder, { recursive: true });
  // Who held it is a link, and says nothing once its browser is gone.
  const isKept = (path: string): boolean => !path.endsWith(RECORD_FILE) && !/\/Singleton\w+$/.test(path);
  await cp(from, profile, { recursive: true, preserveTimestamps: true, filter: isKept });
  if ((await readdir(profile)).length === 0) throw new Error(`${from} is empty`);
  const context = await openManager(join(folder, 'exporting'));
  try {
    await context.adoption.adopt({ name: 'ventas', path: profile, mode: 'copy' });
    const { id } = await context.snapshots.create('ventas', { kind: 'full', reason: 'requested' });
    const { bytes } = await context.snapshots.export('ventas', id, { passphrase: PASSPHRASE });
    await writeFile(file, bytes);
  } finally {
    await context.close();
  }
  return { profile, file };
}
