import { execFile } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function mount(...args: string[]): Promise<void> {
  await run('mount', args);
}

export async function unmount(path: string): Promise<void> {
  await run('umount', [path]);
}

/** A file system of its own in memory, that can be filled to the last byte. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async mount(megabytes: number): Promise<SmallDisk> {
    const path = await mkdtemp(join(tmpdir(), 'leadmaster-disk-'));
    await mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path).catch(async (error: unknown) => {
      await rm(path, { recursive: true });
      throw error;
    });
    return new SmallDisk(path);
  }

  async fill(leaveBytes = 0): Promise<void> {
    for (let part = 0; ; part += 1) {
      const { bavail, bsize } = await statfs(this.path);
      if (bavail === 0) return;
      const bytes = bavail * bsize - leaveBytes;
      if (bytes <= 0) return;
      await writeFile(join(this.path, `filler-${part}`), Buffer.alloc(bytes)).catch(() => undefined);
    }
  }

  /** The same before anything else happens. */
  fillNow(): void {
    for (let part = 0; ; part += 1) {
      const { bavail, bsize } = statfsSync(this.path);
      if (bavail === 0) return;
      try {
        writeFileSync(join(this.path, `filler-now-${part}`), Buffer.alloc(bavail * bsize));
      } catch (error) {
        // What it could not take is the little that its own entry needs.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }

  async free(): Promise<void> {
    for (const name of await readdir(this.path)) if (name.startsWith('filler-')) await rm(join(this.path, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await unmount(this.path);
    await rm(this.path, { recursive: true });
  }
}

/** Whether this user may mount file systems here. */
export async function canMount(): Promise<boolean> {
  const disk = await SmallDisk.mount(1).catch(() => null);
  await disk?.[Symbol.asyncDispose]();
  return disk !== null;
}
