import { BrowserGroup, identify, type ProcessIdentity } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import type { Client } from 'whatsapp-web.js';

type Browser = NonNullable<Client['pupBrowser']>;

/** One browser that the library has launched, from its launch to the proof that its last process is gone. */
export class RunningBrowser {
  readonly browser: Browser;
  readonly identity: ProcessIdentity;
  /** As `156.0.8078.79`. */
  readonly version: string;
  readonly #group: BrowserGroup;

  private constructor(browser: Browser, identity: ProcessIdentity, version: string) {
    this.browser = browser;
    this.identity = identity;
    this.version = version;
    this.#group = new BrowserGroup(identity);
    // Processes seen now are known as ours when the main process is dead.
    this.#group.members();
  }

  static async of(browser: Browser): Promise<RunningBrowser> {
    const pid = browser.process()?.pid;
    const identity = pid === undefined ? null : identify(pid);
    if (identity === null) {
      throw new LeadMasterError(
        'browser_failed',
        'The browser is not a process of this machine, or has ended already',
        'VaultAuth keeps the profile of a browser that whatsapp-web.js launches itself.',
      );
    }
    outliveLateAnswers(browser);
    const version = (await browser.version()).replace(/^.*\//, '');
    return new RunningBrowser(browser, identity, version);
  }

  /** Whether every process of it is gone within this time. */
  isGone(withinMs: number): Promise<boolean> {
    return this.#group.gone(withinMs);
  }

  /** @throws LeadMasterError `browser_too_old`: an older Chromium silently empties the databases that a newer one wrote. */
  refuseNewerProfile(chromium: string | null): void {
    if (chromium === null || major(chromium) <= major(this.version)) return;
    throw new LeadMasterError(
      'browser_too_old',
      `The profile was written by Chromium ${chromium}; this one is ${this.version} and would erase its login`,
      `Give puppeteer.executablePath a Chromium ${major(chromium)} or newer. Nothing was changed.`,
    );
  }

  /** Whether it is the newest that the profile has seen. */
  isNewerThan(chromium: string | null): boolean {
    return chromium === null || major(this.version) > major(chromium);
  }
}

function major(version: string): number {
  return Number.parseInt(version, 10);
}

/**
 * Launched with `pipe: true`, puppeteer stops listening for the pipe's errors when it closes the browser; an answer that
 * it still owes the page, as after a CONFLICT, would then end the whole program with EPIPE.
 */
function outliveLateAnswers(browser: Browser): void {
  browser.process()?.stdio[3]?.on('error', () => undefined);
}
