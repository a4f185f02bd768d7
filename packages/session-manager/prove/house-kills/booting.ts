import { cp } from 'node:fs/promises';
import { errorText } from '@leadmaster/protocol';
import type { WorldState } from '@leadmaster/whatsapp-standin';
import { Stage } from '../../test/real/harness.ts';
import { PATIENT } from '../moments/booting.ts';

const READY_MS = 90_000;

/** Starts a session with a real browser, in a copy of its data folder and of its world. Returns what is wrong with it. */
export async function bootFaults(
  dataDir: string,
  name: string,
  world: WorldState,
  retired: boolean,
): Promise<string[]> {
  await using stage = await Stage.open({ env: PATIENT, standin: { state: world } });
  await cp(dataDir, stage.dataDir, { recursive: true, preserveTimestamps: true });
  await stage.start();
  // It is a copy, and the folder that it was made of runs nothing meanwhile.
  await stage.context.place.accept({ originRetired: true });
  try {
    await stage.sessions.start(name, retired ? { originRetired: true } : {});
    await stage.until(name, 'READY', undefined, READY_MS);
  } catch (error) {
    return [`does not start: ${errorText(error)}`];
  }
  const asked = (await stage.path(name)).filter((step) => step.startsWith('QR_REQUIRED'));
  return [...asked.map((step) => `asked for a scan: ${step}`), ...stage.clones()];
}
