import type {
  pages as enPages,
  place as enPlace,
  profiles as enProfiles,
  sessions as enSessions,
} from '../en/sessions.ts';

export const sessions: typeof enSessions = {
  head: ['NOMBRE', 'ESTADO', 'HACE', 'CUENTA', 'DISCO', 'MEMORIA', 'COPIA', 'MOTIVO'],
  none: 'Todavía no hay sesiones.',
  makeTheFirst: 'Cree la primera: ./leadmaster qr NOMBRE',
  noneHere: (first) => `Todavía no hay ninguna sesión. En otra terminal: ${first}`,
  vaultHolds: (names, more) => `La bóveda tiene ${names}${more > 0 ? ` y ${more} más` : ''}: ./leadmaster recover`,
  takeOver: (command) => `Tómela donde está: ${command}`,
  noSnapshot: 'no se pudo tomar ninguna copia',
  needsYou: 'lo necesita a usted',
  noTenant: 'sin inquilino',
  silent: 'máquina sin respuesta, antes',
  isSilent: (machine, since) =>
    `${machine === null ? 'Una máquina' : machine} no responde desde ${since}. Es de antes lo que se ve de:`,
  lookThere: (machine) =>
    `Mire que ${machine} esté encendida y que su servicio funcione: ./leadmaster doctor allí. Sus sesiones pueden seguir sin el hub, y se muestran otra vez en cuanto responde.`,
  askOperator: 'Pregunte al operador. Se muestran otra vez en cuanto responde.',
  waits: (name, tenant) =>
    `No hay ningún inquilino ${tenant}: solo el operador llega a ella. Agregue el inquilino: ./leadmaster tenants create ${tenant} --accept-remains. O bórrela: ./leadmaster session delete ${name}`,
  failing: 'fallan',
  restricted: (state, until) =>
    `WhatsApp no la deja abrir chats nuevos (${RESTRICTIONS[state] ?? state}${until === null ? '' : ` hasta ${until}`}); los chats que existen siguen.`,
  is: (name, state, account, reason) =>
    `${name} está ${state}${account === null ? '' : ` como ${account}`}${reason === '' ? '' : ` (${reason})`}`,
  didNotStart: (name, reason) => `${name} no arrancó: ${reason}`,
  startIt: (name) => `Arránquela: ./leadmaster session start ${name}`,
  startsWithService: (command) => `Arranca con el servicio: ${command}`,
  theyStartWithService: (command) => `Arrancan con el servicio: ${command}`,
  askLogout: (name) => `¿Cerrar la sesión de ${name} en WhatsApp? Su teléfono tendrá que escanear un QR otra vez.`,
  askDelete: (name) => `¿Borrar ${name}? El perfil que tenga aquí va a la papelera.`,
  askPurge: (name) =>
    `¿Borrar ${name} Y DESTRUIR TODAS SUS COPIAS? Esta bóveda no podrá mostrarlas nunca más. Solo podría una copia anterior de la bóveda, con su clave.`,
  deleted: (name, purged) =>
    `${name} está borrada; el perfil que tenía aquí está en la papelera${purged ? '; sus copias están destruidas' : ''}.`,
  sending: (name, sending) =>
    sending === 'on'
      ? `${name} puede enviar.`
      : `${name} solo escucha: se cuenta lo que llega y no se envía nada. Lo que esperaba a enviarse ha fallado.`,
  offAbove: (name) =>
    `Lo de ${name} está anotado; por encima, el envío está apagado para su inquilino o su máquina: ./leadmaster sessions ${name} --json muestra cuál.`,
  onOrOff: 'Indique on u off, detrás del nombre de una sesión o con --tenant o --machine.',
  whatToSet: 'Indique qué cambiar: --metadata, --no-metadata, --expect o --no-expect.',
  listens: 'solo escucha',
  acceptOrUnlink: 'Indique --accept o --unlink.',
};

const RESTRICTIONS: Readonly<Record<string, string>> = { locked: 'bloqueado', capped: 'cupo agotado' };

export const profiles: typeof enProfiles = {
  notValid: (name) => `El perfil de ${name} no es válido.`,
  notLinked: (name) => `${name} no está vinculada: todavía no tiene login.`,
  linkIt: (name) => `Vincúlela: ./leadmaster qr ${name}`,
  checksTheDisk: (folder) => `El servicio está apagado; se revisa el disco: ${folder}`,
  readsTheDisk: (folder) => `El servicio está apagado; se lee el disco: ${folder}`,
  noProfile: (name, path) => `No hay ningún perfil de ${name}: estaría en ${path}.`,
  demoHasIt: 'La demo tiene uno con ese nombre: agregue --demo.',
  listThem: 'Vea los que hay: ./leadmaster storage',
  unclaimed: (path, name) => `Todavía no es de ninguna sesión: ./leadmaster adopt ${path} --name ${name}`,
  recentHead: ['HACE', 'TAMAÑO', 'CLASE', 'ARCHIVO'],
  nothingChanged: (hours) => `Nada cambió en las últimas ${hours} h.`,
  more: (count) => `${count} más; --limit muestra hasta 1000.`,
  trimmed: (name, freed, left) => `${name}: se liberaron ${freed}, quedan ${left}.`,
  classes: { critical: 'crítico', important: 'importante', optional: 'opcional', temporary: 'temporal' },
  worth: {
    critical: 'el login y los mensajes; nunca se recorta',
    important: 'va en las copias; nunca se recorta',
    optional: 'medios y scripts en caché; se recorta',
    temporary: 'se vuelve a crear solo; se recorta',
  },
  classHead: ['CLASE', 'TAMAÑO'],
  what: 'QUÉ ES',
  folderHead: ['TAMAÑO', 'ARCHIVOS', 'CLASE'],
  folder: 'CARPETA',
  nameHead: ['NOMBRE', 'TAMAÑO'],
  perDay: 'POR DÍA',
  aDay: (size) => `${size} por día`,
  noProfiles: 'Todavía no hay perfiles. Cree el primero: ./leadmaster qr NOMBRE',
  tooLarge: (name, limit, spare) =>
    `${name} es más grande que STORAGE_WARN_MB (${limit}); se pueden quitar hasta ${spare}: ./leadmaster trim ${name}`,
  notLookedAt: (names) => `No se pudo mirar: ${names}.`,
};

export const pages: typeof enPages = {
  featureHead: ['FUNCIÓN', 'VEREDICTO', 'USOS FALLIDOS', 'POR QUÉ'],
  notProbed: (name) => `${name} todavía no se probó: eso ocurre cuando está READY.`,
  probed: (build, age) => `Versión ${build ?? 'desconocida'}, probada hace ${age}.`,
  verdicts: { ok: 'bien', broken: 'rota', unknown: 'se desconoce' },
  usedAnyway: 'se usa de todos modos',
  buildHead: ['VERSIÓN', 'SESIONES', 'VEREDICTO', 'ALCANCE', 'GUARDADA', 'VISTA HACE', 'READY HACE', 'POR QUÉ'],
  noBuild: 'Todavía no se vio ninguna versión: arranque una sesión.',
};

export const place: typeof enPlace = {
  putBack:
    'La carpeta de datos no es la última que funcionó aquí: se restauró de una copia de seguridad, o su disco se cambió por una copia.',
  was: (where) => `La carpeta de datos estaba en ${where}.`,
  is: (where) => `La carpeta de datos está en ${where}.`,
  seen: (path, host, since) => `${path} de ${host}, vista ahí desde ${since}`,
  cannotTell: 'Su sistema de archivos no distingue una copia de la carpeta misma: nada espera por eso.',
  noneWaits: 'Ninguna sesión espera por su lugar.',
  waiting: (names) => `Esperan: ${names}.`,
  noneOfThese: 'Ninguna de estas sesiones espera por el lugar de la carpeta de datos.',
  released: (names) => `Liberadas: ${names}.`,
  stillWaiting: (names) => `Siguen esperando: ${names}`,
  startWithService: (command) => `Las que debían funcionar arrancan con el servicio: ${command}`,
  noneStarted: 'Ninguna de ellas se arrancó.',
  started: (names) => `Arrancadas: ${names}.`,
  onItsWay: 'lo que venía en camino',
  ask: (which) =>
    `${which}: ¿es seguro que el lugar anterior no las ejecutará nunca más? Dos lugares con un mismo login se lo quitan uno al otro, y el teléfono tiene que escanear otra vez. Escriba sí: `,
  notConfirmed: (which) => `No se confirmó que el lugar anterior no ejecutará nunca más ${which}.`,
  saySo: 'Cuando sea seguro, indíquelo: --origin-retired',
};
