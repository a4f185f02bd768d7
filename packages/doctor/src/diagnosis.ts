import { type ActionFields, actionFieldsOf, errorText, LeadMasterError } from '@leadmaster/protocol';
import { checkBrowsers } from './checks/browsers.ts';
import { checkBuilds } from './checks/builds.ts';
import { checkChromium } from './checks/chromium.ts';
import { checkCode } from './checks/code.ts';
import { checkDatabase, checkDataFolder } from './checks/data-folder.ts';
import { checkDisk } from './checks/disk.ts';
import { checkForeign } from './checks/foreign.ts';
import { checkGit } from './checks/git.ts';
import { checkHubs } from './checks/hubs.ts';
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
import { type Finding, found, OF_DATABASE, type Severity, TOPICS, type Topic } from './finding.ts';
import type { Installation } from './installation.ts';
import { type Language, sayFinding, sayOk } from './words/words.ts';

/** One line of the answer, with its words. */
export interface ToldFinding extends ActionFields {
  /** What was found; for a check that found nothing, its topic. */
  id: string;
  severity: Severity;
  what: string;
  where: string;
  fix: string;
  fixable: boolean;
}

export interface DiagnoseOptions {
  language: Language;
  /** Also asks for the page of WhatsApp Web, in a browser that is started for it. */
  network?: boolean;
}

const CHECKS: Record<Topic, (installation: Installation) => Promise<Finding[]>> = {
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
  hubs: checkHubs,
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

/** What is looked at without asking anything but this machine and the vault. */
const LOCAL_TOPICS = TOPICS.filter((topic) => topic !== 'whatsapp');

/** Every check of an installation, in words: what was found, and a line `ok` for each topic that was judged and had nothing. */
export async function diagnose(
  installation: Installation,
  { language, network = false }: DiagnoseOptions,
): Promise<ToldFinding[]> {
  const results = await findAll(installation, network ? TOPICS : LOCAL_TOPICS);
  return results.flatMap(({ topic, findings }) =>
    findings.length > 0
      ? findings.map((finding) => tell(finding, language))
      : isJudged(topic, installation)
        ? [tellOk(topic, language)]
        : [],
  );
}

function isJudged(topic: Topic, { stateError }: Installation): boolean {
  return stateError === null || !OF_DATABASE.has(topic);
}

/** What `--fix` can do something about, found without the network. */
export async function findFixable(installation: Installation): Promise<Finding[]> {
  const results = await findAll(installation, LOCAL_TOPICS);
  return results.flatMap(({ findings }) => findings).filter(({ fixable }) => fixable);
}

async function findAll(
  installation: Installation,
  topics: readonly Topic[],
): Promise<{ topic: Topic; findings: Finding[] }[]> {
  const results: { topic: Topic; findings: Finding[] }[] = [];
  for (const topic of topics) results.push({ topic, findings: await look(topic, installation) });
  return results;
}

/** What cannot be looked at is not well. */
function look(topic: Topic, installation: Installation): Promise<Finding[]> {
  return CHECKS[topic](installation).catch((error: unknown) => {
    const hint = error instanceof LeadMasterError ? error.hint : '';
    return [found('problem', 'check_failed', topic, { topic, detail: errorText(error), hint })];
  });
}

function tell(finding: Finding, language: Language): ToldFinding {
  const { id, severity, where, fixable } = finding;
  const words = sayFinding(language, finding);
  return { id, severity, ...words, ...actionFieldsOf(words.fix), where, fixable };
}

function tellOk(topic: Topic, language: Language): ToldFinding {
  return { id: topic, severity: 'ok', what: sayOk(language, topic), where: '', fix: '', fixable: false };
}
