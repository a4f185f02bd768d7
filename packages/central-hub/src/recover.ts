import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { makePrivateFile, syncPath } from '@leadmaster/service-kit/files';
import type { Env } from '@leadmaster/service-kit/settings';
import { pino } from 'pino';
import { type HubConfig, readHubConfig } from './config/index.ts';
import { holdDatabase } from './hold.ts';
import { nameOfThisMachine } from './machines/local.ts';
import { readSecret, Seal } from './secrets/seal.ts';
import { type BackupDocument, readDocument } from './store/backup-document.ts';
import { type HubStore, openStore } from './store/index.ts';

/** What came back of a hub. */
export interface RecoveredHub {
  hub: string;
  /** When it was saved. */
  savedAt: string;
  tenants: number;
  keys: number;
  machines: number;
}

/**
 * Brings a hub back from its backup, where its own database has neither tenants nor keys; with SQLite, no hub may run on it. Its
 * secret comes with it. Broken off, it can be given again.
 * @throws LeadMasterError `wrong_state` where the database has tenants or keys, `data_folder_in_use`, `hub_secret_wrong`,
 * `vault_newer`, `store_damaged`, `storage_failed`, `database_unreachable`.
 */
export async function recoverHub(env: Env, backup: Buffer): Promise<RecoveredHub> {
  const config = readHubConfig(env);
  const document = readDocument(backup);
  const hold = config.databaseUrl === null ? holdDatabase(config.dataDir) : null;
  try {
    await bringBack(config, document);
    const count = (table: 'tenants' | 'keys' | 'machines'): number => document.tables[table]?.length ?? 0;
    const { hub, at: savedAt } = document;
    return { hub, savedAt, tenants: count('tenants'), keys: count('keys'), machines: count('machines') };
  } finally {
    hold?.release();
  }
}

async function bringBack(config: HubConfig, document: BackupDocument): Promise<void> {
  const { secretFile } = config;
  const secret = readSecret(secretFile) ?? document.secret;
  // Durable before the rows are: they are of no use without it.
  const draft = `${secretFile}.recovered`;
  if (secret !== document.secret) {
    rmSync(draft, { force: true });
    makePrivateFile(draft, `${document.secret}\n`);
  } else makePrivateFile(secretFile, `${secret}\n`);
  await withStore(config, secret, (store) => store.bringBack(document, nameOfThisMachine())).catch(
    async (error: unknown) => {
      if (secret !== document.secret && (await isBack(config, document, error))) return;
      throw error;
    },
  );
  if (secret !== document.secret) replace(draft, secretFile);
  await withStore(config, document.secret, (store) => store.audit.append(recoveredLine(document)));
}

/** Whether an earlier call was broken off between the rows and the secret: the database opens under the secret of the document. */
async function isBack(config: HubConfig, document: BackupDocument, error: unknown): Promise<boolean> {
  if (!(error instanceof LeadMasterError) || error.code !== 'hub_secret_wrong') return false;
  const opened = await withStore(config, document.secret, async ({ hubId }) => hubId).catch(() => null);
  return opened === document.hub;
}

async function withStore<T>(config: HubConfig, secret: string, work: (store: HubStore) => Promise<T>): Promise<T> {
  const log = pino({ level: 'silent' });
  const store = await openStore({ url: config.databaseUrl, dataDir: config.dataDir, seal: new Seal(secret), log });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function replace(draft: string, file: string): void {
  renameSync(draft, file);
  syncPath(dirname(file));
}

function recoveredLine({ hub, number }: BackupDocument) {
  const nothing = { from: null, tenant: null, session: null, begun: null };
  return {
    actor: 'operator',
    action: 'recoverHub',
    target: `hub:${hub}`,
    result: 'ok',
    detail: { number },
    ...nothing,
  };
}
