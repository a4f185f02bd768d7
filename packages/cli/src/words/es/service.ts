import type { service as enService, vault as enVault } from '../en/service.ts';

export const service: typeof enService = {
  running: 'LeadMaster está en marcha.',
  banner: {
    dashboard: 'panel',
    address: 'dirección',
    hub: 'hub',
    manager: 'gestor',
    key: 'clave',
    data: 'datos',
    browser: 'navegador',
    login: 'login',
  },
  signInLink: 'un uso, diez minutos; otro: ./leadmaster open',
  addMachines: 'Ponga gestores de sesiones detrás: ./leadmaster machines add NOMBRE URL --token-file FILE',
  emptyIsOfDemo: '--empty es solo para una demo: npm start -- --demo --empty',
  demoAlone: 'Una demo solo se arranca con "start --demo".',
  shutdownHangs: (seconds) => `El cierre no termina en ${seconds} s; el proceso acaba sin él.`,
  unusedByDemo: (name) => `La demo guarda todo en su propia carpeta: ${name} no se usa.`,
  demoFailed: (why) => `La demo no puede arrancar: ${why}`,
  installing: (name) => `Instalando ${name} de Debian (una sola vez) ...`,
  fetching: (folder) => `Trayendo el Chrome estable actual a ${folder} ...`,
  megabytes: (what, done, total) => `${what}: ${done} de ${total} MB`,
  run: (command) => `Ejecute: ${command}`,
  demoFolder: (dataDir, demo) => `${dataDir} (la de la demo es ${demo}: agregue --demo)`,
  noDemoRuns: 'no hay ninguna demo en marcha',
  silent: (url) => `El servicio no responde en ${url}.`,
  silentFor: (url, why) => `El servicio no responde en ${url} (${why}).`,
  startIt: 'Arránquelo: npm start',
  startDemo: 'Arránquela: npm start -- --demo',
  otherPort: (port) =>
    `Un servicio de esta carpeta de datos funciona en el puerto ${port}: indique SESSION_MANAGER_PORT=${port}`,
  startHub: 'Arránquelo: npm start. Si escucha en otro puerto: indíquelo en HUB_PORT.',
  lookAtUrl:
    '¿Es correcta LEADMASTER_URL, y funciona allí el servicio? Sin ella, los comandos hablan con el servicio de esta máquina.',
  keyGiven: (url) => `La clave viene de LEADMASTER_KEY. ¿Es una clave del servicio en ${url}, y no está revocada?`,
  noKeyGiven: (url) => `LEADMASTER_URL es ${url}, y no se indicó ninguna clave para ella.`,
  giveKey:
    'Indique LEADMASTER_KEY: una clave de ese hub ("./leadmaster keys create NOMBRE"), o la clave de ese gestor.',
  needsDisk: (url) => `Esto trabaja sobre el disco de la máquina donde se ejecuta, y LEADMASTER_URL es ${url}.`,
  needsDiskOf: (session, machine) =>
    `Esto trabaja sobre el disco de la máquina de la sesión: ${session} está en ${machine}.`,
  needsDiskOn: (machine) => `Esto trabaja sobre un disco, y ${machine} es otra máquina.`,
  onOtherMachine: (session, machine) =>
    `${session} está en ${machine}, otra máquina detrás del hub; aquí no se creó nada.`,
  askHub: (keyFile) =>
    `Pídalo al hub, que conoce todas las máquinas: LEADMASTER_KEY="$(cat ${keyFile})" ./leadmaster ...`,
  runItThere: 'Dé el comando en esa máquina, sin LEADMASTER_URL.',
  setPort: 'Indique en SESSION_MANAGER_PORT el puerto del servicio.',
  noKey: (file) =>
    `No hay ninguna clave en ${file}. Dé el comando como el usuario del servicio, con su LEADMASTER_DATA_DIR, o indique LEADMASTER_ADMIN_KEY.`,
  keyFrom: (source, url) => `La clave viene de ${source}. ¿El servicio en ${url} es otro, con otra carpeta de datos?`,
  asServiceUser: 'Dé el comando como el usuario que ejecuta el servicio, o indique la clave en LEADMASTER_ADMIN_KEY.',
  down: (what, folder) => `El servicio está apagado; se trabaja sobre ${what}: ${folder}`,
  theDataFolder: 'la carpeta de datos misma',
  vaultAndData: 'la bóveda y la carpeta de datos',
  interrupted: 'Interrumpido.',
  mayBeDone: 'Interrumpido antes de la respuesta: puede que lo pedido se haya hecho.',
  whatComesOfIt: 'En qué queda: ./leadmaster events',
  everySetting: 'Vea en .env.example toda la configuración.',
};

export const vault: typeof enVault = {
  label: 'bóveda',
  notOlder: (name) => `Lo que la bóveda tiene de ${name} no es más antiguo de lo que era: no hay nada que aceptar.`,
  accepted: (name, holds) => `Lo que la bóveda tiene de ${name} se toma como está: ${holds}.`,
  takeNew: (name) => `Tome una nueva: ./leadmaster snapshot create ${name}`,
  noSession: 'ninguna sesión',
  askOther: (url, vault, sessions) =>
    `En ${url} está la bóveda ${vault}, que tiene ${sessions}. ¿Es la que vale desde ahora?`,
  otherAccepted: (vault, url) => `La bóveda ${vault} en ${url} está aceptada; la próxima copia va ahí.`,
  askRollback: (detail, holds, name) =>
    `${detail}\nTiene ${holds} de ${name}; lo que vino después no está en ella. ¿Se repuso a propósito? ` +
    'Si no, se quitaron copias: déjela, y busque la bóveda más nueva. ¿Seguir desde aquí?',
  noSnapshot: 'ninguna copia',
  holds: (snapshots, newest) => `${snapshots}, la más nueva ${newest}`,
  onlyOnRequest: 'Una segunda bóveda solo se crea cuando se indica.',
  giveNew: 'El primer arranque crea una bóveda por sí solo. Si la clave ya tiene una bóveda, indique --new.',
  made: (vault, url) => `Una bóveda nueva, ${vault}, está en ${url}; está vacía.`,
  takeFirst: 'Tome las primeras copias: ./leadmaster snapshot create --all',
  repaired: (vault, by) => `El encabezado de la bóveda ${vault} está escrito de nuevo, comprobado con ${by}.`,
  whole: (vault) => `El encabezado de la bóveda ${vault} está entero: no hay nada que reparar.`,
  thenDoctor: 'Después mire lo demás: ./leadmaster doctor',
  bothKeys: (file) =>
    `Hasta que esto termine, la bóveda necesita la clave anterior y la nueva; ${file} tiene las dos. Si se ` +
    'interrumpe, no se pierde nada y el servicio puede funcionar; dé el comando otra vez.',
  rotated: (keys, key, sessions) =>
    `${keys} con cifrado nuevo. La clave nueva, ${key}, abre por sí sola toda la bóveda: ${sessions}.`,
  leftToDo: (file) => `Lo que queda por hacer:
- VAULT_KEY_FILE sigue como está: ${file} tiene la clave nueva. Arranque el servicio.
- Copie ese archivo a otro disco o máquina, y después: ./leadmaster doctor --key-copied COPIA
- Si otra máquina usa esta bóveda: ponga allí el archivo antes de que su servicio vuelva a funcionar.`,
  oldKeys: (keys, file) =>
    `- La clave anterior (${keys}) solo abre copias anteriores de la bóveda, y sigue en el archivo para ellas. ` +
    `Cuando no quede ninguna: borre su línea en ${file}, y toda copia del archivo anterior.`,
  keyNoted: (key, copy) =>
    `Anotado: hay una copia de la clave ${key} en otro lugar${copy === null ? '' : ` (${copy})`}.`,
};
