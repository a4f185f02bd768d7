import { type ActionFields, actionFieldsOf, errorText, LeadMasterError, redactAll } from '@leadmaster/protocol';
import type { Config } from '../config/config.ts';
import { checkBrowsers } from './checks/browsers.ts';
import { checkBuilds } from './checks/builds.ts';
import { checkChromium } from './checks/chromium.ts';
import { checkCode } from './checks/code.ts';
import { checkDatabase, checkDataFolder } from './checks/data-folder.ts';
import { checkDisk } from './checks/disk.ts';
import { checkForeign } from './checks/foreign.ts';
import { checkGit } from './checks/git.ts';
import { checkLocks } from './checks/locks.ts';
import { checkOwners, checkUser } from './checks/owners.ts';
import { checkPages, checkPeople } from './checks/pages.ts';
import { checkPermissions } from './checks/permissions.ts';
import { checkPlace } from './checks/place.ts';
import { checkMoved, checkProfiles } from './checks/profiles.ts';
import { checkSnapshots } from './checks/snapshots.ts';
import { checkTransfers } from './checks/transfers.ts';
import { checkVault, checkVaultDisk, checkVaultKey } from './checks/vault.ts';
import { checkSessions, checkWhatsApp } from './checks/whatsapp.ts';
import { type Finding, found, type Severity, TOPICS, type Topic } from './finding.ts';
import { type Fixed, fixAll } from './fixes.ts';
import { type Ground, lookAround } from './ground.ts';
import { type Machine, thisMachine } from './machine.ts';
import { type Language, sayFinding, sayOk } from './words/words.ts';

/** One line of the answer, with its words. */
export interface ToldFinding extends ActionFields {
  /** What was found; for a check that found nothing, its topic. */
  id: string;
  severity: Severity;
  what: string;
  where: string;
  cure: string;
  fixable: boolean;
}

export interface DoctorReport {
  /** No problem is left; warnings and notes may be. */
  ok: boolean;
  findings: ToldFinding[];
  /** What `--fix` did, or why it did not. */
  fixed: Fixed[];
}

export interface DoctorOptions {
  fix?: boolean;
  /** Also asks for the page of WhatsApp Web, in a browser that is started for it. */
  network?: boolean;
  /** Where the operator's code is, when it is to be compared with the disk. */
  codeDir?: string | null;
  language?: Language;
  /** What is known of the machine; a test's own, or this one. */
  machine?: Partial<Machine>;
}

const CHECKS: Record<Topic, (ground: Ground) => Promise<Finding[]>> = {
  data_folder: checkDataFolder,
  place: checkPlace,
  database: checkDatabase,
  permissions: checkPermissions,
  owners: checkOwners,
  user: checkUser,
  browsers: checkBrowsers,
  locks: checkLocks,
  profiles: checkProfiles,
  moved: checkMoved,
  builds: checkBuilds,
  transfers: checkTransfers,
  sessions: checkSessions,
  people: checkPeople,
  pages: checkPages,
  code: checkCode,
  chromium: checkChromium,
  whatsapp: checkWhatsApp,
  vault: checkVault,
  vault_key: checkVaultKey,
  vault_disk: checkVaultDisk,
  snapshots: checkSnapshots,
  disk: checkDisk,
  foreign: checkForeign,
  git: checkGit,
};

/**
 * Looks at an installation, whether its service runs or not, and says what is wrong and what to do about it. With `fix`
 * it first does what is safe; it touches no profile that is in use and nothing while its service might.
 *
 * @throws LeadMasterError of `fix` alone: `data_folder_in_use`, `forbidden`.
 */
export async function examine(config: Config, options: DoctorOptions = {}): Promise<DoctorReport> {
  const { fix = false, network = false, codeDir = null, language = 'en' } = options;
  const machine = { ...thisMachine(config), ...options.machine };
  const fixed = fix ? await withGround(config, machine, codeDir, treat) : [];
  const results = await withGround(config, machine, codeDir, (ground) =>
    findAll(ground, network ? TOPICS : LOCAL_TOPICS),
  );
  const findings = results.flatMap(({ topic, findings: those }) =>
    those.length === 0 ? [tellOk(topic, language)] : those.map((finding) => tell(finding, language)),
  );
  return redactAll({ ok: findings.every(({ severity }) => severity !== 'problem'), findings, fixed });
}

/** What is looked at without asking anybody but this machine and the vault. */
const LOCAL_TOPICS = TOPICS.filter((topic) => topic !== 'whatsapp');

async function withGround<T>(
  config: Config,
  machine: Machine,
  codeDir: string | null,
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const ground = await lookAround(config, { machine, codeDir });
  try {
    return await work(ground);
  } finally {
    ground.close();
  }
}

async function findAll(ground: Ground, topics: readonly Topic[]): Promise<{ topic: Topic; findings: Finding[] }[]> {
  const results: { topic: Topic; findings: Finding[] }[] = [];
  for (const topic of topics) results.push({ topic, findings: await look(topic, ground) });
  return results;
}

/** What cannot be looked at is not well. */
function look(topic: Topic, ground: Ground): Promise<Finding[]> {
  return CHECKS[topic](ground).catch((error: unknown) => {
    const hint = error instanceof LeadMasterError ? error.hint : '';
    return [found('problem', 'check_failed', topic, { topic, detail: errorText(error), hint })];
  });
}

async function treat(ground: Ground): Promise<Fixed[]> {
  const all = (await findAll(ground, LOCAL_TOPICS)).flatMap(({ findings }) => findings);
  return fixAll(
    ground,
    all.filter(({ fixable }) => fixable),
  );
}

function tell(finding: Finding, language: Language): ToldFinding {
  const { id, severity, where, fixable } = finding;
  const words = sayFinding(language, finding);
  return { id, severity, ...words, ...actionFieldsOf(words.cure), where, fixable };
}

function tellOk(topic: Topic, language: Language): ToldFinding {
  return { id: topic, severity: 'ok', what: sayOk(language, topic), where: '', cure: '', fixable: false };
}
