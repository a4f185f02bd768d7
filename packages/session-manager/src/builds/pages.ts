import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import { writeAtomically } from '../profile/atomic-file.ts';
import { realFs } from '../profile/files.ts';

/** The name of a build is the name of a file. */
const BUILD = /^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/;
const PAGE = '.html';
const DIGESTS = '.sha256';
/** How a page ends that was kept before digests were. */
const END_OF_PAGE = /<\/html>\s*$/i;

/**
 * The pages of builds that WhatsApp itself served to a browser here, one file per build: `<build>.html` in the web cache,
 * where whatsapp-web.js looks for the page of a pinned build. Pages from elsewhere are never fetched.
 *
 * Beside each lies `<build>.sha256`, the digests in hexadecimal of what the page may be, one a line: two while it is being
 * replaced, so that a crash between the two files leaves a page that is known.
 */
export class KeptPages {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(build: string): string {
    return join(this.#folder, `${build}${PAGE}`);
  }

  /** Durable when it resolves; the page before it stays when it fails. */
  async keep(build: string, html: string): Promise<void> {
    if (!BUILD.test(build)) throw new Error(`${build} is no name of a build`);
    const before = await this.read(build).catch(() => null);
    const digests = [html, before].flatMap((page) => (page === null ? [] : [digestOf(Buffer.from(page))]));
    await writeAtomically(realFs, this.#digests(build), `${digests.join('\n')}\n`);
    await writeAtomically(realFs, this.path(build), html);
  }

  /**
   * The page as it was kept; null when it is proven absent.
   *
   * @throws LeadMasterError `web_version_damaged` where it is not what was kept, or cannot be read.
   */
  async read(build: string): Promise<string | null> {
    if (!BUILD.test(build)) return null;
    const page = await this.#file(this.path(build));
    if (page === null) return null;
    const digests = (await this.#file(this.#digests(build)))?.toString('utf8').split('\n') ?? null;
    const html = page.toString('utf8');
    const isWhole = digests === null ? END_OF_PAGE.test(html) : digests.includes(digestOf(page));
    if (!isWhole) throw this.#damaged(build, `is not the page that was kept (it has ${page.length} bytes)`);
    return html;
  }

  /** Whether its page is here and whole. */
  async has(build: string): Promise<boolean> {
    return (await this.read(build).catch(() => null)) !== null;
  }

  /** The builds that have a page here, damaged ones too. */
  async list(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    return names.flatMap((name) => buildOf(name, PAGE) ?? []);
  }

  async remove(build: string): Promise<void> {
    await rm(this.path(build), { force: true });
    await rm(this.#digests(build), { force: true });
  }

  #digests(build: string): string {
    return join(this.#folder, `${build}${DIGESTS}`);
  }

  async #file(path: string): Promise<Buffer | null> {
    try {
      return await readFile(path);
    } catch (error) {
      if (isMissing(error)) return null;
      const hint = 'Fix the disk or the permissions, then start the session again.';
      const what = `${path} cannot be read: ${errorText(error)}`;
      throw new LeadMasterError('web_version_damaged', what, hint, { cause: error });
    }
  }

  #damaged(build: string, what: string): LeadMasterError {
    return new LeadMasterError(
      'web_version_damaged',
      `${this.path(build)} ${what}`,
      'Put the file back from a copy, choose another build ("./leadmaster builds" shows them), or set WEB_VERSION=live: the page is kept again when WhatsApp serves that build.',
    );
  }
}

/** Whether a file in the web cache is one of those that are kept of builds. */
export function isKeptOfBuild(name: string): boolean {
  return buildOf(name, PAGE) !== null || buildOf(name, DIGESTS) !== null;
}

function buildOf(name: string, suffix: string): string | null {
  const build = name.slice(0, -suffix.length);
  return name.endsWith(suffix) && BUILD.test(build) ? build : null;
}

function digestOf(page: Buffer): string {
  return createHash('sha256').update(page).digest('hex');
}
