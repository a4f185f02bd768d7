import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { writeAtomically } from '../profile/atomic-file.ts';
import { isMissing, realFs } from '../profile/files.ts';

/** The name of a build is the name of a file. */
const BUILD = /^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/;
const SUFFIX = '.html';

/** Whether a file in the web cache is the page of a build. */
export function isBuildPage(name: string): boolean {
  return name.endsWith(SUFFIX) && BUILD.test(name.slice(0, -SUFFIX.length));
}

/**
 * The pages of builds that WhatsApp itself served to a browser here, one file per build: `<build>.html` in the web cache,
 * where whatsapp-web.js looks for the page of a pinned build. Pages from elsewhere are never fetched.
 */
export class KeptPages {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(build: string): string {
    return join(this.#folder, `${build}${SUFFIX}`);
  }

  /** Durable when it resolves; the page before it stays when it fails. */
  async keep(build: string, html: string): Promise<void> {
    if (!BUILD.test(build)) throw new Error(`${build} is no name of a build`);
    await writeAtomically(realFs, this.path(build), html);
  }

  /** Null when it is proven absent. */
  async read(build: string): Promise<string | null> {
    if (!BUILD.test(build)) return null;
    try {
      return await readFile(this.path(build), 'utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      throw new LeadMasterError(
        'web_version_missing',
        `The page of ${build} in ${this.#folder} cannot be read: ${(error as Error).message}`,
        'Mend the disk or the permissions, then start the session again.',
        { cause: error },
      );
    }
  }

  async list(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return names.filter(isBuildPage).map((name) => name.slice(0, -SUFFIX.length));
  }

  async remove(build: string): Promise<void> {
    await rm(this.path(build), { force: true });
  }
}
