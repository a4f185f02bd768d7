import { accountLabel } from '../../account-label.ts';
import type { Attention, Session, UnreachableBy } from '../../session.ts';
import type { SessionState } from '../../states.ts';
import { wordOf } from '../../word-of.ts';

type Facts = Pick<
  Session,
  | 'name'
  | 'state'
  | 'reason'
  | 'loginMode'
  | 'account'
  | 'owner'
  | 'attention'
  | 'unreachable'
  | 'attempts'
  | 'nextAttemptAt'
>;

/** What a state asks of the operator. The commands follow it, from the actions beside the hint. */
interface StateHint {
  text: string;
  /** The English hint has values that this text has not, and is shown below it. */
  hasValues: boolean;
}

/** The hint of a session by its reason, else by its state; null where there are no words for it. */
export function sessionHint(session: Facts): StateHint | null {
  if (session.unreachable !== null) return { text: unreachableHint(session.unreachable, session), hasValues: false };
  const text = wordOf(BY_REASON, session.reason) ?? BY_STATE[session.state] ?? attentionHint(session.attention);
  if (text === undefined) return null;
  const hasValues = WITH_VALUES.has(session.reason) || session.reason === 'linked_elsewhere';
  return { text: typeof text === 'string' ? text : text(session), hasValues };
}

function attentionHint(attention: Attention | null): string | undefined {
  return attention === null ? undefined : ATTENTION[attention];
}

const UNREACHABLE: Record<UnreachableBy, readonly [way: string, look: string]> = {
  dns: ['DNS', 'Revise la red y los servidores DNS de esta máquina'],
  route: ['sin ruta', 'Revise la red y el cortafuegos de esta máquina, o indique un proxy en CHROME_ARGS'],
  tls: ['TLS', 'Busque un proxy o cortafuegos que abra conexiones cifradas, y revise el reloj de esta máquina'],
  proxy: ['proxy', 'Revise el proxy que indican CHROME_ARGS o el entorno del servicio'],
  http: ['su respuesta', 'Busque un proxy o portal en el camino; si no hay ninguno, WhatsApp tiene una caída'],
  other: ['red', 'Revise la red y el proxy de esta máquina'],
};

function unreachableHint({ by, detail }: { by: UnreachableBy; detail: string }, facts: Facts): string {
  const [way, look] = UNREACHABLE[by];
  return `No se llega a WhatsApp Web (${way}: ${detail}). ${nextTry(facts)} ${look}.`;
}

const STARTING: ReadonlySet<string> = new Set([
  'INITIALIZING',
  'RECONNECTING',
  'AUTHENTICATED',
] satisfies SessionState[]);

function nextTry({ state, attempts, nextAttemptAt: at }: Facts): string {
  if (STARTING.has(state)) return `El intento ${attempts} está en marcha.`;
  return at === null ? 'Se intenta otra vez solo.' : `Se intenta otra vez solo, la próxima a las ${at}.`;
}

const NETWORK = 'Si sigue así, revise la red y el proxy de esta máquina.';
const ERASED = 'El perfil sigue donde está.';
const UNTOUCHED = 'El login está intacto.';

const ATTENTION: Record<Attention, string> = {
  integrity_challenge:
    'WhatsApp quiere ver que una persona usa esta cuenta, y puede cerrarle la sesión. Abra WhatsApp en su teléfono y confirme lo que pida; si no pide nada, detenga la sesión y abra su perfil en un navegador visible (LOGIN_MODE=local).',
};

/** Reasons whose English hint names places, times or another session. */
const WITH_VALUES: ReadonlySet<string> = new Set([
  'place_changed',
  'older_than_vault',
  'passkey_required',
  'session_moved',
]);

type Hint = string | ((facts: Facts) => string);

const WAITS = 'No se envía nada hasta que usted decida, y lo que llega espera.';

/** Both numbers, where they are known. */
function otherAccount({ account, owner = null }: Facts): string {
  return account === null || owner === null
    ? `Está vinculada otra cuenta que la de la sesión. ${WAITS}`
    : `Está vinculada ${accountLabel(account)}, y la sesión es de ${accountLabel(owner)}. ${WAITS}`;
}

const BY_REASON: Readonly<Record<string, Hint>> = {
  place_changed:
    'La carpeta de datos o el perfil es una copia, está en otro disco o se restauró de una copia de seguridad. Un login que funciona en dos lugares se pierde en los dos.',
  older_than_vault: 'La bóveda tiene un login más nuevo que el que hay aquí: elija con cuál sigue.',
  login_required:
    'LOGIN_MODE=server nunca vincula una cuenta. Vincúlela con LOGIN_MODE=qr o local, o traiga el perfil de una vinculada.',
  login_refused:
    'WhatsApp ya no conoce este login. Arranque el servicio con LOGIN_MODE=qr o local y vincule la cuenta otra vez.',
  adopted_unfinished:
    'WhatsApp no acepta este login. Se adoptó con un registro a medio escribir, y ese puede ser el motivo; no se sabe si la cuenta se desvinculó. Borre la sesión y adopte una copia tomada con el programa detenido, o vincúlela otra vez.',
  linked_elsewhere: ({ state }) =>
    state === 'WRONG_ACCOUNT'
      ? `Esta cuenta está vinculada también en otra sesión. ${WAITS}`
      : 'Una de las dos sesiones es una copia, y puede ser un estado anterior del login. Borre esta, y arranque la otra; borre la otra solo si sabe que esta es la más nueva.',
  conflict: 'El mismo login está abierto en otro lugar. Deténgalo allí antes de arrancar.',
  pinned_web_version_deprecated:
    'WhatsApp rechaza la WEB_VERSION fijada. Quítela o fije una más nueva, y reinicie el servicio antes de arrancar.',
  page_erased_login: `La página de WhatsApp Web abandonó el login por sí misma y lo borró; puede que el teléfono todavía muestre el dispositivo. ${ERASED} Una copia anterior lo trae de vuelta; si no, vincúlela otra vez.`,
  account_locked: 'Desbloquee antes la cuenta en el teléfono. Después restaure una copia, o vincúlela otra vez.',
  terms_refused:
    'La cuenta se desvinculó porque su dueño no aceptó las condiciones de WhatsApp. Acéptelas en el teléfono, y vincúlela otra vez; el perfil anterior está en la papelera.',
  passkey_required: ({ loginMode }) =>
    loginMode === 'local'
      ? 'WhatsApp le pide a esta cuenta una llave de acceso (passkey) antes de vincularla. Pulse Continuar en la ventana del navegador y désela ahí; la sesión sigue por sí sola.'
      : 'WhatsApp le pide a esta cuenta una llave de acceso (passkey) antes de vincularla. Solo su dueño puede darla, en un navegador visible: vincúlela en su propia computadora (LOGIN_MODE=local) y tráigala aquí; docs/passkeys.es.md da los pasos.',
  passkey_not_given:
    'WhatsApp le pidió a esta cuenta una llave de acceso (passkey), y no se dio a tiempo; el navegador se cerró. Vincúlela en un navegador visible en su propia computadora (LOGIN_MODE=local) y tráigala aquí; docs/passkeys.es.md da los pasos. WhatsApp solo se la pide a algunas cuentas durante unos días.',
  proxy_blocked: `Cambie el proxy en CHROME_ARGS, o la red, y reinicie el servicio antes de arrancar. ${UNTOUCHED}`,
  screen_locked: `Abra el perfil en un navegador visible (LOGIN_MODE=local), desbloquéelo y quite el bloqueo de la aplicación en su configuración. ${UNTOUCHED}`,
  unsupported_browser: `Instale un Chromium actual o indique CHROME_PATH, y quite de CHROME_ARGS un user agent. ${UNTOUCHED}`,
  terms_required:
    'El dueño de la cuenta tiene que aceptar las condiciones en el teléfono. Si tarda demasiado, WhatsApp desvincula la cuenta.',
  storage_full: `La página de WhatsApp Web no tiene más lugar. Libere espacio en el disco de la carpeta de datos; la sesión arranca sola. ${UNTOUCHED}`,
  load_overdue: (facts) =>
    `WhatsApp Web no llegó a un login ni a un QR a tiempo (LOAD_DEADLINE_S). ${nextTry(facts)} ${NETWORK}`,
  page_unreachable: (facts) => `La página de WhatsApp Web no se pudo cargar. ${nextTry(facts)} ${NETWORK}`,
  page_failed: (facts) => `La página de WhatsApp Web no cargó como debía. ${nextTry(facts)} El registro dice más.`,
  qr_unattended: 'Nadie escaneó el QR. Cuando tenga el teléfono a mano, pídalo otra vez.',
  profile_in_use: 'Termine el programa que tiene abierto el perfil.',
  profile_unreadable: 'Corrija el disco o los permisos del perfil.',
  login_missing: 'Monte su disco o devuelva la carpeta a su lugar. Si se perdió, restaure la copia más nueva.',
  login_damaged: 'No se sobrescribió nada. Restaure la copia más nueva.',
  session_moved:
    'Lo que hay aquí es de antes de que la sesión se trasladara, y no arranca nunca más aquí: sigue donde se trasladó, o donde se importe su archivo.',
  browser_too_old: 'Un Chromium más nuevo escribió este perfil. Instale esa versión o una más nueva.',
  browser_missing: 'Instale chromium-headless-shell o indique CHROME_PATH.',
  browser_failed: 'El navegador no arranca. Corríjalo, o indique otro en CHROME_PATH.',
  display_missing:
    'LOGIN_MODE=local abre una ventana, y no hay pantalla (falta DISPLAY). Arranque el servicio en un escritorio, o con LOGIN_MODE=qr.',
  browser_not_gone:
    'Un proceso del navegador no se pudo terminar; búsquelo en el estado D. Arranque cuando ya no esté.',
  origin_not_retired:
    'Esta es una copia de un login. Cuando el lugar del que viene no vaya a ejecutarlo nunca más, confírmelo.',
  storage_failed: ({ state }) =>
    state === 'DISCONNECTED_RECOVERABLE'
      ? 'Libere espacio en el disco de la carpeta de datos; la sesión arranca sola.'
      : 'Libere espacio o corrija el disco.',
  web_version_missing:
    'La WEB_VERSION fijada no se puede abrir aquí. Elija otra o WEB_VERSION=live, y reinicie el servicio antes de arrancar.',
  web_version_damaged: `${UNTOUCHED} Recupere el archivo de una copia, elija otra WEB_VERSION o WEB_VERSION=live, y reinicie el servicio antes de arrancar.`,
  web_version_unsafe: `${UNTOUCHED} Esa WEB_VERSION podría borrarlo: elija una más nueva o WEB_VERSION=live, y reinicie el servicio antes de arrancar.`,
};

const BY_STATE: Readonly<Partial<Record<Session['state'], Hint>>> = {
  QR_REQUIRED: ({ owner = null }) =>
    owner === null
      ? 'Escanee el QR con el teléfono.'
      : `La cuenta ${accountLabel(owner)} ya no está vinculada. Escanee el QR con su teléfono.`,
  DISCONNECTED_LOGOUT: ({ loginMode }) =>
    loginMode === 'server'
      ? 'La cuenta se desvinculó. Arranque el servicio con LOGIN_MODE=qr o local para vincularla otra vez; LOGIN_MODE=server nunca lo hace.'
      : 'La cuenta se desvinculó. Vincúlela otra vez; el perfil anterior está en la papelera.',
  DISCONNECTED_BANNED:
    'WhatsApp bloqueó esta cuenta; su teléfono dice más. El perfil y sus copias siguen aquí. Arránquela cuando ya no esté bloqueada.',
  PASSKEY_REQUIRED: 'WhatsApp le pide a esta cuenta una llave de acceso (passkey); docs/passkeys.es.md da los pasos.',
  WRONG_ACCOUNT: otherAccount,
  AUTH_FAILURE: 'WhatsApp rechazó el login.',
  MOVED: 'La sesión vive en otra máquina. Su perfil de aquí está en la papelera.',
  ERROR: 'Mire el registro del servicio antes de arrancar.',
  UNCLAIMED: 'Hay un perfil que todavía no es de ninguna sesión.',
};
