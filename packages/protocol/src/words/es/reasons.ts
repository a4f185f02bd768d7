import type { WRONG_ACCOUNT_REASONS } from '../../accounts.ts';
import type { RECORDED_REASONS } from '../../recording-vocabulary.ts';
import type { SNAPSHOT_REASONS } from '../../snapshots.ts';
import type { HELD_BACK_REASONS } from '../../states.ts';

/** Reasons that the protocol does not list: the session manager gives them as text. */
type OtherReason =
  | 'account_accepted'
  | 'account_refused'
  | 'account_unlink'
  | 'adopted'
  | 'adopted_unfinished'
  | 'copy_ended'
  | 'created'
  | 'found_without_a_record'
  | 'imported'
  | 'moved_here'
  | 'restored'
  | 'retired'
  | 'returned'
  | 'transferred'
  | 'trim'
  | 'unknown'
  // Codes of errors that a session stands in.
  | 'browser_failed'
  | 'browser_missing'
  | 'browser_not_gone'
  | 'browser_too_old'
  | 'display_missing'
  | 'login_damaged'
  | 'login_missing'
  | 'origin_not_retired'
  | 'profile_in_use'
  | 'profile_unreadable'
  | 'session_moved'
  | 'storage_failed'
  | 'web_version_damaged'
  | 'web_version_missing';

export type Reason =
  | (typeof RECORDED_REASONS)[number]
  | (typeof SNAPSHOT_REASONS)[number]
  | (typeof HELD_BACK_REASONS)[number]
  | (typeof WRONG_ACCOUNT_REASONS)[number]
  | OtherReason;

/** Why a session is in its state, and why a snapshot was taken. */
export const reasons: Record<Reason, string> = {
  requested: 'se pidió',
  retry: 'nuevo intento',
  relink: 'para vincular otra vez',
  service_started: 'arrancó el servicio',
  service_stopped: 'se detuvo el servicio',
  service_ended_unexpectedly: 'el servicio terminó de repente',
  waiting_for_scan: 'espera el QR',
  linked: 'se vinculó',
  login_accepted: 'login aceptado',
  login_refused: 'login rechazado',
  login_required: 'falta vincular',
  login_not_committed: 'el login no llegó al disco',
  synced: 'se sincronizó',
  connection_lost: 'se perdió la conexión',
  connection_back: 'volvió la conexión',
  connection_overdue: 'la conexión no volvió a tiempo',
  load_overdue: 'no cargó a tiempo',
  sync_overdue: 'no se sincronizó a tiempo',
  probe_overdue: 'no respondió a tiempo',
  launch_failed: 'el navegador no se abrió',
  browser_died: 'el navegador murió',
  renderer_died: 'la página murió',
  page_unreachable: 'no se llega a la página',
  page_failed: 'la página falló',
  storage_full: 'la página no tiene lugar',
  unlinked: 'se desvinculó',
  unlinked_while_off: 'se desvinculó mientras estaba apagada',
  logged_out: 'se cerró la sesión en WhatsApp',
  page_erased_login: 'la página borró el login',
  account_locked: 'cuenta bloqueada',
  passkey_required: 'pide una llave de acceso',
  passkey_not_given: 'no se dio la llave de acceso',
  qr_unattended: 'nadie escaneó el QR',
  terms_refused: 'no se aceptaron las condiciones',
  terms_required: 'hay que aceptar las condiciones',
  proxy_blocked: 'proxy bloqueado',
  screen_locked: 'pantalla bloqueada',
  unsupported_browser: 'navegador no admitido',
  banned: 'cuenta bloqueada por WhatsApp',
  conflict: 'abierta en otro lugar',
  web_version_deprecated: 'versión retirada',
  pinned_web_version_deprecated: 'WhatsApp rechaza la versión fijada',
  web_version_unsafe: 'la versión podría borrar el login',
  other: 'otro motivo',
  schedule: 'programada',
  after_login: 'después de vincular',
  before_logout: 'antes de desvincular',
  before_delete: 'antes de borrar',
  before_restore: 'antes de restaurar',
  before_browser_upgrade: 'antes de un navegador nuevo',
  before_transfer: 'antes de trasladar',
  before_build_change: 'antes de otra versión',
  stopped: 'al detenerse',
  place_changed: 'la carpeta de datos o el perfil es otra copia',
  older_than_vault: 'la bóveda tiene un login más nuevo',
  other_account: 'es otra cuenta',
  linked_elsewhere: 'vinculada en otra sesión',
  account_accepted: 'se aceptó la cuenta',
  account_refused: 'se rechazó la cuenta',
  account_unlink: 'para quitar el vínculo',
  adopted: 'adoptada',
  adopted_unfinished: 'adoptada a medio escribir',
  copy_ended: 'terminó la copia',
  created: 'recién creada',
  found_without_a_record: 'encontrada sin registro',
  imported: 'importada',
  moved_here: 'trasladada aquí',
  restored: 'restaurada',
  retired: 'entregada en un archivo',
  returned: 'de vuelta',
  transferred: 'trasladada',
  trim: 'para recortar la caché',
  unknown: 'se desconoce',
  browser_failed: 'el navegador no arranca',
  browser_missing: 'falta el navegador',
  browser_not_gone: 'el navegador no termina',
  browser_too_old: 'navegador demasiado antiguo',
  display_missing: 'falta una pantalla',
  login_damaged: 'login dañado',
  login_missing: 'falta el perfil',
  origin_not_retired: 'falta confirmar el origen',
  profile_in_use: 'perfil en uso',
  profile_unreadable: 'perfil ilegible',
  session_moved: 'se trasladó',
  storage_failed: 'el disco se negó',
  web_version_damaged: 'versión guardada dañada',
  web_version_missing: 'falta la versión fijada',
};
