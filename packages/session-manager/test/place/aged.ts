import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type PlaceProbe, thisProbe } from '../../src/profile/place.ts';
import { tempFolder } from '../adopt/folders.ts';
import { Installation, sh } from './installation.ts';

/** A file system that does not tell a copy: the place is a matter of its own. */
const UNTOLD: PlaceProbe = { ...thisProbe, type: () => 0x6969n };

/** A folder whose place stays what it was when its files are put back: what rsync or a restore in place leaves. */
export class Aged {
  readonly folder: string;
  readonly here: Installation;

  private constructor(folder: string, here: Installation) {
    this.folder = folder;
    this.here = here;
  }

  /** Both sessions have a snapshot, and the folder was backed up then. */
  static async make(probe = UNTOLD): Promise<Aged> {
    const folder = await tempFolder();
    const here = await Installation.linked(folder);
    here.probe = probe;
    await here.start();
    for (const name of ['soporte', 'ventas']) await here.snapshot(name);
    await here.stop();
    const aged = new Aged(folder, here);
    await aged.backUp();
    return aged;
  }

  async backUp(): Promise<void> {
    await rm(join(this.folder, 'backup'), { recursive: true, force: true });
    sh('cp', '-a', this.here.dataDir, join(this.folder, 'backup'));
  }

  /** The folder of back then, all of it or a part. */
  async putBack(part = '.'): Promise<void> {
    await rm(join(this.here.dataDir, part), { recursive: true });
    await cp(join(this.folder, 'backup', part), join(this.here.dataDir, part), {
      recursive: true,
      preserveTimestamps: true,
    });
  }

  /** A week of use, and what was saved of it. */
  async live(...names: string[]): Promise<void> {
    await this.here.start();
    for (const name of names) {
      await this.here.use(name);
      await this.here.snapshot(name);
    }
    await this.here.stop();
  }
}

/** A folder that has lived on for a week after its backup. */
export async function aged(): Promise<Aged> {
  const made = await Aged.make();
  await made.live('ventas');
  return made;
}

/** The same, with the backup put back over it. */
export async function putBackAged(): Promise<Aged> {
  const made = await aged();
  await made.putBack();
  return made;
}
