/** How bad: only a `problem` makes `leadmaster doctor` fail; a `note` asks for nothing soon. */
export type Severity = 'ok' | 'note' | 'warning' | 'problem';

/** What is checked, in the order of the output. */
export const TOPICS = [
  'data_folder',
  'place',
  'database',
  'permissions',
  'owners',
  'user',
  'browsers',
  'locks',
  'profiles',
  'moved',
  'transfers',
  'hubs',
  'sessions',
  'people',
  'pages',
  'builds',
  'code',
  'chromium',
  'whatsapp',
  'vault',
  'vault_key',
  'vault_disk',
  'snapshots',
  'disk',
  'foreign',
  'git',
] as const;
export type Topic = (typeof TOPICS)[number];

/** What cannot be judged without the database: found or not, it is not well while that cannot be read. */
export const OF_DATABASE: ReadonlySet<Topic> = new Set([
  'place',
  'browsers',
  'profiles',
  'moved',
  'transfers',
  'hubs',
  'sessions',
  'people',
  'pages',
  'builds',
  'snapshots',
]);

/** Everything that can be found; names are stable. */
export const FINDING_IDS = [
  'data_folder_missing',
  'place_changed',
  'place_unknown',
  'profile_put_back',
  'machine_changed',
  'older_than_vault',
  'vault_not_compared',
  'database_unreadable',
  'database_older',
  'modes_open',
  'modes_inside',
  'owner_foreign',
  'runs_as_root',
  'stray_browser',
  'stray_files',
  'orphan_browser',
  'singleton_stale',
  'singleton_foreign',
  'lock_stale',
  'profile_unclaimed',
  'profile_missing',
  'record_unreadable',
  'login_damaged',
  'folder_no_session',
  'folder_set_aside',
  'origin_not_retired',
  'moved_in_place',
  'arrival_left',
  'arrival_sealed',
  'arrival_unfinished',
  'departure_unfinished',
  'hub_late',
  'hub_unseen',
  'hub_holds_much',
  'hub_missed',
  'hub_forgotten',
  'session_unwell',
  'passkey_wanted',
  'wrong_account',
  'linked_twice',
  'login_copied',
  'login_erased',
  'account_locked',
  'attention_wanted',
  'new_chats_limited',
  'feature_broken',
  'text_broken',
  'build_ends',
  'build_escaped',
  'build_bad',
  'chats_unread',
  'build_damaged',
  'code_missing',
  'code_folder_missing',
  'code_folder_empty',
  'code_folder_shared',
  'code_folder_elsewhere',
  'code_folder_unreadable',
  'code_unreadable',
  'code_cut_short',
  'browser_missing',
  'browser_older',
  'whatsapp_unreachable',
  'vault_missing',
  'vault_unreachable',
  'vault_elsewhere',
  'vault_changed',
  'vault_object',
  'vault_session_damaged',
  'vault_session_unreadable',
  'vault_rolled_back',
  'second_writer',
  'vault_key_missing',
  'vault_key_unusable',
  'vault_key_open',
  'vault_key_not_copied',
  'vault_same_disk',
  'snapshot_none',
  'snapshot_old',
  'snapshot_unverified',
  'snapshot_damaged',
  'snapshot_older_damaged',
  'snapshot_misdated',
  'clock_jumped',
  'snapshot_failed',
  'drill_failed',
  'disk_full',
  'vault_disk_full',
  'disk_low',
  'foreign_files',
  'git_not_ignored',
  'git_exports',
  'git_tracked',
  'git_unknown',
  'check_failed',
] as const;
export type FindingId = (typeof FINDING_IDS)[number];

/** Values that the words of a finding name: `{session}`, `{pid}`, ... */
export type About = Readonly<Record<string, string | number>>;

/** One thing that was found, without its words: those are a matter of language (`words/`). */
export interface Finding {
  id: FindingId;
  severity: Exclude<Severity, 'ok'>;
  /** A path, a session, a pid: where the operator looks. */
  where: string;
  about: About;
  /** Whether `--fix` would do something about it now. */
  fixable: boolean;
}

/** A finding that the operator has to act on. */
export function found(
  severity: Finding['severity'],
  id: FindingId,
  where: string,
  about: About = {},
  { fixable = false }: { fixable?: boolean } = {},
): Finding {
  return { id, severity, where, about, fixable };
}
