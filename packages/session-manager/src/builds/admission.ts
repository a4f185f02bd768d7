import { LeadMasterError } from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import { PAGE_URL } from '../engine/page-url.ts';
import type { BuildDeps } from './build-deps.ts';
import { eagerScripts, type Numbers, readKnobs } from './page-facts.ts';
import { mayRaise, type Reach, tooNew } from './schema-rule.ts';

const ASK_MS = 10_000;
/** Scripts that answered are not asked for again at every start of a round. */
const ANSWERED_MS = 600_000;

/** A profile that is about to be opened by a pinned page. */
export interface Candidate {
  session: string;
  /** The numbers of its databases; null = there is no login, and any build may open it. */
  numbers: Numbers | null;
}

/** Decides whether a kept page may open a profile. */
export class Admission {
  readonly #deps: Pick<BuildDeps, 'pages' | 'store' | 'network' | 'now'>;
  readonly #answered = new Map<string, number>();

  constructor(deps: Pick<BuildDeps, 'pages' | 'store' | 'network' | 'now'>) {
    this.#deps = deps;
  }

  /**
   * Lets a build open a profile, and says whether it may raise a number of it.
   *
   * @throws LeadMasterError `web_version_missing` (its page is not here, its scripts are gone from WhatsApp's hosts, or
   * WhatsApp calls it broken), `web_version_damaged` (its page is not what was kept),
   * `web_version_unsafe` (it would erase the login).
   */
  async admit(build: string, { session, numbers }: Candidate, signal: AbortSignal): Promise<{ raises: boolean }> {
    const html = await this.#deps.pages.read(build);
    if (html === null) throw missing(build, this.#deps.pages.path(build));
    const reach = this.#reach(build, html);
    const newer = numbers === null ? [] : tooNew(reach, numbers);
    if (newer.length > 0) throw unsafe(session, build, newer);
    await this.#requireServed(build, html, signal);
    return { raises: numbers !== null && mayRaise(reach, numbers) };
  }

  #reach(build: string, html: string): Reach {
    return { knobs: readKnobs(html), opened: this.#deps.store.builds.get(build)?.opened ?? {} };
  }

  /**
   * A script that was taken off the host keeps the page from ever being READY, and a build that WhatsApp calls broken
   * lives no longer. What could not be asked proves nothing.
   */
  async #requireServed(build: string, html: string, signal: AbortSignal): Promise<void> {
    const now = this.#deps.now().getTime();
    if (now - (this.#answered.get(build) ?? Number.NEGATIVE_INFINITY) < ANSWERED_MS) return;
    const overdue = deadline(ASK_MS, signal);
    const word = this.#deps.network.ask('GET', updateUrl(build), overdue);
    const ask = async (url: string) => ({ url, answer: await this.#deps.network.ask('HEAD', url, overdue) });
    const answers = await Promise.all(eagerScripts(html, PAGE_URL).map(ask));
    const update = await word;
    signal.throwIfAborted();
    if (update?.status === 200 && saysBroken(update.body)) throw broken(build);
    const gone = answers.find(({ answer }) => answer?.status === 404 || answer?.status === 410);
    if (gone !== undefined) throw scriptsGone(build, gone.url);
    if (update !== null && answers.every(({ answer }) => answer !== null)) this.#answered.set(build, now);
  }
}

/** WhatsApp's word about a build (whatsapp-web-2026, 7.2). */
function updateUrl(build: string): string {
  return new URL(`check-update?version=${encodeURIComponent(build)}&platform=web`, PAGE_URL).href;
}

function saysBroken(body: string): boolean {
  try {
    return (JSON.parse(body) as { isBroken?: unknown } | null)?.isBroken === true;
  } catch {
    // Another answer than this one says nothing about the build.
    return false;
  }
}

function broken(build: string): LeadMasterError {
  return new LeadMasterError(
    'web_version_missing',
    `${build} is kept here, and WhatsApp says that it is broken`,
    'Choose another build ("./leadmaster builds" shows them), or set WEB_VERSION=live.',
  );
}

function missing(build: string, path: string): LeadMasterError {
  return new LeadMasterError(
    'web_version_missing',
    `${build} is to be opened, and its page ${path} is not there`,
    'Choose a build that is kept here ("./leadmaster builds" shows them), or set WEB_VERSION=live.',
  );
}

function scriptsGone(build: string, url: string): LeadMasterError {
  return new LeadMasterError(
    'web_version_missing',
    `${build} is kept here, and WhatsApp has removed a script that it starts with (${url})`,
    'Choose a newer build ("./leadmaster builds" shows them), or set WEB_VERSION=live.',
  );
}

function unsafe(session: string, build: string, newer: ReturnType<typeof tooNew>): LeadMasterError {
  const said = newer.map(({ database, number, reach }) => {
    const known = reach === null ? 'nothing says how far the build goes' : `the build goes to ${reach}`;
    return `${database} has number ${number} and ${known}`;
  });
  return new LeadMasterError(
    'web_version_unsafe',
    `${build} would erase the login of ${session}: ${said.join('; ')}`,
    'Choose a build that goes as far ("./leadmaster builds" shows how far each goes), or set WEB_VERSION=live. The login is untouched.',
    { extra: { build, newer } },
  );
}
