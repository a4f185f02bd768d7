import { fill } from '../../words/words.ts';
import type { ReportFacts } from '../facts.ts';
import { code, table } from '../markdown.ts';
import type { ReportWords } from '../words/types.ts';

/** The settings that decide where sessions are and how they are kept. */
export function settings({ settings: set, dataDir, browser }: ReportFacts, w: ReportWords): string[] {
  const megabytes = (bytes: number): string => String(Math.round(bytes / 2 ** 20));
  // As they are written in .env, in every language.
  const values: Record<keyof ReportWords['meanings'], string> = {
    LEADMASTER_DATA_DIR: dataDir,
    LOGIN_MODE: set.loginMode,
    WEB_VERSION: set.webVersion ?? 'live',
    VAULT_URL: set.vault,
    VAULT_KEY_FILE: set.keyFile,
    SNAPSHOT_SCHEDULE: set.schedule ?? 'off',
    SNAPSHOT_AFTER_LOGIN: set.afterLogin ? 'on' : 'off',
    SNAPSHOT_KEEP: set.keep,
    STORAGE_WARN_MB: megabytes(set.warnBytes),
    STORAGE_TRIM_MB: set.trimBytes === null ? 'off' : megabytes(set.trimBytes),
    DISK_MIN_FREE_MB: megabytes(set.minFreeBytes),
    TRASH_DAYS: String(set.trashDays),
  };
  const names = Object.keys(values) as (keyof typeof values)[];
  const rows = names.map((name) => [code(name), code(values[name]), w.meanings[name]]);
  return [
    ...[fill(w.technology, { browser: browser ?? w.noBrowser }), w.settingsText, ''],
    ...table([w.setting, w.value, w.meaning], rows),
  ];
}
