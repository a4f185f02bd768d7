import type { StorageClass } from '@leadmaster/capture/classify';
import type { NamedOnDisk } from '../../code/named-folders.ts';
import type { Severity } from '../../finding.ts';
import type { Counted, CountedFindings } from '../../words/types.ts';
import type { Part } from '../contents.ts';

/** Every word of the report in one language; `{names}` stand for values. */
export interface ReportWords {
  title: string;
  date: string;
  machine: string;
  service: string;
  running: string;
  down: string;
  none: string;
  unreadable: string;

  summary: string;
  summaryCount: Counted;
  summaryText: string;
  summaryDisk: string;
  summaryDiskUnread: string;
  summaryUnread: string;
  summaryNothing: string;
  summaryFindings: string;
  found: CountedFindings;
  /** Columns of the table of sessions. */
  session: string;
  state: string;
  account: string;
  size: string;
  login: string;
  lastSnapshot: string;

  places: string;
  placesText: string;
  treeTrash: Counted;
  treeWebCache: string;
  treeDatabase: string;
  treeKeys: string;
  treeGone: string;
  codeTitle: string;
  codeText: string;
  codeWhere: string;
  codeSays: string;
  codeTruth: string;
  truth: Record<NamedOnDisk['truth'], string>;

  settings: string;
  settingsText: string;
  setting: string;
  value: string;
  meaning: string;
  meanings: Record<
    | 'LEADMASTER_DATA_DIR'
    | 'LOGIN_MODE'
    | 'WEB_VERSION'
    | 'VAULT_URL'
    | 'VAULT_KEY_FILE'
    | 'SNAPSHOT_SCHEDULE'
    | 'SNAPSHOT_AFTER_LOGIN'
    | 'SNAPSHOT_KEEP'
    | 'STORAGE_WARN_MB'
    | 'STORAGE_TRIM_MB'
    | 'DISK_MIN_FREE_MB'
    | 'TRASH_DAYS',
    string
  >;
  technology: string;
  noBrowser: string;

  contents: string;
  contentsText: string;
  contentsOf: string;
  contentsGone: string;
  contentsUnread: string;
  part: string;
  description: string;
  importance: string;
  classes: Record<StorageClass, string>;
  parts: Record<Part, string>;
  contentsSum: string;

  flow: string;
  flowText: string;
  flowLines: readonly string[];
  modes: Record<string, string>;
  now: string;
  stale: string;
  since: string;
  reason: string;
  lastReady: string;
  lastChanges: string;
  states: Record<string, string>;

  copies: string;
  copiesText: string;
  count: string;
  newest: string;
  proven: string;
  never: string;

  permissions: string;
  permissionsText: string;
  mode: string;
  owner: string;

  problems: string;
  problemsNone: string;
  severities: Record<Exclude<Severity, 'ok'>, string>;

  recommendations: string;
  recommendationsNone: string;

  commands: string;
  command: string;
  purpose: string;
  purposes: readonly (readonly [command: string, purpose: string])[];

  conclusion: string;
  conclusionText: string;
  conclusionNothing: string;
}
