import { actionFieldsOf } from './commands.ts';
import type { Problem } from './problem.ts';
import { redact } from './redact.ts';

/**
 * Every error a caller can meet: its stable code, the HTTP status it travels with, and a short title.
 * Codes are never renamed; `detail` says what happened this time and `hint` what to do about it.
 */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  scope_missing: { status: 403, title: 'The key may not do that' },
  misdirected: { status: 421, title: 'Not the address of this service' },
  rate_limited: { status: 429, title: 'Too many requests' },
  tenant_exists: { status: 409, title: 'The tenant exists already' },
  tenant_not_found: { status: 404, title: 'No such tenant' },
  tenant_has_sessions: { status: 409, title: 'The tenant has sessions' },
  tenant_has_remains: { status: 409, title: 'Something is left under the name of the tenant' },
  limit_reached: { status: 409, title: 'The tenant has as much as it may have' },
  expiry_in_past: { status: 400, title: 'The key would have ended already' },
  key_not_found: { status: 404, title: 'No such key' },
  link_not_found: { status: 404, title: 'No such link' },
  link_not_claimed: { status: 403, title: 'The link is open in another browser' },
  link_ended: { status: 410, title: 'The link has ended' },
  machine_exists: { status: 409, title: 'The machine exists already' },
  machine_not_found: { status: 404, title: 'No such machine' },
  machine_has_sessions: { status: 409, title: 'The machine has sessions' },
  machine_refused: { status: 422, title: 'The machine cannot stand behind this hub' },
  machine_draining: { status: 409, title: 'The machine takes no new session' },
  machine_unreachable: { status: 503, title: 'The machine of the session does not answer' },
  no_machine: { status: 503, title: 'No machine takes a new session' },
  database_unreachable: { status: 503, title: 'The database does not answer' },
  hub_secret_wrong: { status: 500, title: 'The secret of the hub does not open what it has sealed' },
  invalid_session_name: { status: 400, title: 'Not a session name' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'No such thing here' },
  session_not_found: { status: 404, title: 'No such session' },
  chat_not_found: { status: 404, title: 'No such chat' },
  message_not_found: { status: 404, title: 'No such message' },
  hub_not_found: { status: 404, title: 'No such hub' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'None of the accepted forms is offered' },
  session_exists: { status: 409, title: 'The session exists already' },
  session_unclaimed: { status: 409, title: 'The profile has not been adopted' },
  session_moving: { status: 409, title: 'The session is on its way to another machine' },
  session_running: { status: 409, title: 'The session is running' },
  sending_off: { status: 409, title: 'Sending is switched off' },
  session_not_ready: { status: 409, title: 'The session is not READY' },
  not_waiting_for_qr: { status: 409, title: 'The session is not waiting for a QR scan' },
  idempotency_conflict: { status: 409, title: 'The idempotency key was used for another request' },
  cursor_of_another_log: { status: 409, title: 'The cursor is of another log' },
  cursor_unknown: { status: 409, title: 'The cursor is beyond the end of the log' },
  cursor_behind: { status: 409, title: 'The cursor is behind what the hub has confirmed' },
  wrong_state: { status: 409, title: 'Not possible in this state' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of a type that is not read here' },
  unprocessable: { status: 422, title: 'The request was understood but cannot be done' },
  login_mode_server: { status: 409, title: 'This service does not link accounts (LOGIN_MODE=server)' },
  adopt_refused: { status: 422, title: 'The folder cannot be adopted' },
  internal: { status: 500, title: 'Something failed here' },
  profile_in_use: { status: 409, title: 'Something else has the profile open' },
  data_folder_in_use: { status: 409, title: 'Another process holds this data folder' },
  browser_failed: { status: 502, title: 'The browser did not start' },
  display_missing: { status: 409, title: 'There is no screen for a visible browser' },
  web_version_unsafe: { status: 409, title: 'That version of WhatsApp Web could erase the login' },
  feature_unavailable: { status: 409, title: 'The page of WhatsApp cannot do that now' },
  wrong_account: { status: 409, title: 'Another account is linked than the session belongs to' },
  linked_elsewhere: { status: 409, title: 'The account is linked in another session' },
  /** Another number is expected; also what a tenant is told in place of `linked_elsewhere`, whosever session it is. */
  number_refused: { status: 409, title: 'This number cannot be linked here' },
  account_restricted: { status: 409, title: 'WhatsApp restricts the account' },
  web_version_missing: { status: 409, title: 'The pinned version of WhatsApp Web is not here' },
  web_version_damaged: { status: 409, title: 'The kept page of that version of WhatsApp Web is damaged' },
  browser_too_old: { status: 409, title: 'A newer Chromium has written this profile' },
  login_missing: { status: 409, title: 'The profile of a linked session is gone' },
  login_damaged: { status: 409, title: 'The saved login is incomplete' },
  browser_not_gone: { status: 503, title: 'A browser process did not end' },
  port_unavailable: { status: 503, title: 'The address is taken or not ours' },
  profile_unreadable: { status: 503, title: 'The profile cannot be read' },
  browser_missing: { status: 503, title: 'No browser that can be used' },
  storage_failed: { status: 503, title: 'The disk refused' },
  engine_failed: { status: 502, title: 'The browser did not do as asked' },
  vault_missing: { status: 503, title: 'There is no vault here' },
  vault_key_wrong: { status: 503, title: 'The vault has another master key' },
  vault_key_missing: { status: 503, title: 'The key of the vault is missing' },
  vault_changed: { status: 409, title: 'Another vault is in the place of this one' },
  vault_newer: { status: 503, title: 'A newer version has written this vault' },
  vault_locked: { status: 409, title: 'Another writer is at work in the vault' },
  vault_rolled_back: { status: 409, title: 'The vault is older than it was' },
  snapshot_not_found: { status: 404, title: 'No such snapshot' },
  nothing_to_snapshot: { status: 409, title: 'There is no login to take a snapshot of' },
  capture_failed: { status: 502, title: 'No consistent copy could be taken' },
  newer_login: { status: 409, title: 'The login in place is newer' },
  other_writer: { status: 409, title: 'Another installation has written these snapshots' },
  other_account: { status: 409, title: 'The snapshot is of another account or link' },
  session_moved: { status: 409, title: 'The session has moved away' },
  origin_not_retired: { status: 409, title: 'The origin is not confirmed to be retired' },
  place_changed: {
    status: 409,
    title: 'The data folder is a copy, lies on another disk, or was put back from a backup',
  },
  older_than_vault: { status: 409, title: 'The vault has a newer login' },
  transfer_not_found: { status: 404, title: 'No such transfer' },
  transfer_open: { status: 409, title: 'The session was handed over, and that is not finished' },
  transfer_incomplete: { status: 409, title: 'Not everything of the session has arrived' },
  transfer_committed: { status: 409, title: 'The session is owned by the other machine already' },
  transfer_failed: { status: 502, title: 'The session was not handed over' },
  transfer_unfinished: { status: 502, title: 'The session was handed over and has not arrived yet' },
  trash_not_found: { status: 404, title: 'No such entry of the trash' },
  operation_not_found: { status: 404, title: 'No such operation' },
  passphrase_refused: { status: 400, title: 'The passphrase is too short or too long' },
  passphrase_wrong: { status: 422, title: 'The passphrase does not open the file' },
  snapshot_damaged: { status: 502, title: 'The snapshot is damaged' },
  snapshot_unsafe: { status: 422, title: 'The snapshot holds a path that is not taken' },
  snapshot_too_large: { status: 413, title: 'More than one snapshot can describe' },
  restore_target_used: { status: 409, title: 'The folder to restore to is not empty' },
  store_denied: { status: 502, title: 'The snapshot store refuses us' },
  store_damaged: { status: 502, title: 'An object in the snapshot store is not what was written' },
  store_unreachable: { status: 503, title: 'The snapshot store does not answer' },
  store_full: { status: 507, title: 'The snapshot store is full' },
  not_ready: { status: 503, title: 'The service is still starting' },
  shutting_down: { status: 503, title: 'The service is shutting down' },
  timeout: { status: 504, title: 'No answer in time' },
  service_unreachable: { status: 503, title: 'The service does not answer' },
  answer_lost: { status: 502, title: 'The order may have been done' },
  operation_lost: { status: 502, title: 'The work cannot be followed any longer' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An error body as it is read. */
type Refusal = Omit<Problem, 'type' | 'title'> & Record<string, unknown>;

/** An error that is part of the product: thrown anywhere, told to the caller as it is, without the secrets in its URLs. */
export class LeadMasterError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  /** Facts for machines, added to the problem body as extension members. */
  readonly extra: Readonly<Record<string, unknown>>;
  #status: number | null = null;

  constructor(
    code: ErrorCode,
    detail: string,
    hint: string,
    options: { cause?: unknown; extra?: Record<string, unknown> } = {},
  ) {
    super(redact(detail), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'LeadMasterError';
    this.code = code;
    this.hint = redact(hint);
    this.extra = options.extra ?? {};
  }

  /** The error that a service answered with. A code of a newer version is kept, under the status that came with it. */
  static of({ type: _type, title: _title, status, code, detail, hint, ...extra }: Refusal) {
    const error = new LeadMasterError(code as ErrorCode, detail, hint, { extra });
    error.#status = status;
    return error;
  }

  get status(): number {
    return this.#status ?? ERRORS[this.code].status;
  }

  /** The body that an HTTP caller receives. */
  toProblem(): Problem & Record<string, unknown> {
    return {
      ...this.extra,
      type: `urn:leadmaster:error:${this.code}`,
      title: ERRORS[this.code]?.title ?? this.code,
      status: this.status,
      code: this.code,
      detail: this.message,
      hint: this.hint,
      ...actionFieldsOf(this.hint),
    };
  }
}

/** A text with a full stop behind it, unless it ends in a mark of its own. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** What any thrown value says, for a log line or a detail. */
export function errorText(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
