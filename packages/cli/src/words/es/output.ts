import type { asking as enAsking, count as enCount, output as enOutput, progress as enProgress } from '../en/output.ts';

export const output: typeof enOutput = {
  error: 'error:',
  hint: 'sugerencia:',
  note: 'nota:',
  warning: 'aviso:',
  detail: 'detalle:',
  ok: 'bien ',
  fail: 'FALLA',
  damaged: 'DAÑADA',
  yes: 'sí',
  no: 'no',
  here: 'aquí',
  ago: (age) => `hace ${age}`,
  notWritten: (why) => `El comando se cumplió, pero no se pudo escribir su salida: ${why}`,
  notWrittenHint: 'Mire el lugar al que va la salida estándar.',
};

export const asking: typeof enAsking = {
  yesOrNo: '[s/N]',
  wholeYes: ['sí', 'si', 'yes'],
  nothingDone: 'No se hizo nada.',
  onlyTheWord: 'Solo la palabra entera es una respuesta: sí',
  noTerminal: 'No hay una terminal en la que confirmar.',
  addYes: 'Agregue --yes si está seguro.',
  noPassphraseTerminal: 'No hay una terminal en la que pedir la contraseña.',
  passphraseHint: 'Indique LEADMASTER_PASSPHRASE, o un archivo con --passphrase-file.',
  passphrase: 'Contraseña: ',
  newPassphrase: 'Contraseña (12 caracteres o más): ',
  onceMore: 'Otra vez: ',
  notTheSame: 'Las dos no son iguales.',
  tryAgain: 'No se hizo nada. Inténtelo de nuevo.',
  thePassphrase: 'La contraseña',
  theTargetKey: 'La clave de la otra máquina',
  targetKey: 'Clave de la otra máquina: ',
  targetKeyNeeded: 'Hace falta la clave de la otra máquina.',
  targetKeyIn: 'En esa máquina está en admin.key, en la carpeta de datos.',
  targetKeyHint: 'Indique LEADMASTER_TARGET_KEY, o un archivo con --key-file.',
  targetKeyEmpty: (file) => `La clave de la otra máquina${inFile(file)} está vacía.`,
  targetKeyIsNone: (file) =>
    `La clave de la otra máquina${inFile(file)} no es una clave: una clave es una línea sin espacios.`,
  secretOpen: (file, command) => `${file} está abierto a otros que su dueño: ${command}`,
  secretUnread: (what, file, why) => `${what} no se puede leer de ${file}: ${why}`,
};

function inFile(file: string | undefined): string {
  return file === undefined ? '' : ` en ${file}`;
}

export const progress: typeof enProgress = {
  amount: (done, total) => `${done} de ${total}`,
  left: (time) => `faltan ${time}`,
  phases: {
    booting: 'arrancando',
    checking: 'comprobando',
    copying: 'copiando',
    extracting: 'extrayendo',
    fetching: 'trayendo',
    freezing: 'deteniendo',
    'handed over': 'entregada; se pide a la otra máquina que la tome',
    'handing over': 'entregando',
    looking: 'mirando',
    preparing: 'preparando',
    'moving sessions': 'trasladando sesiones',
    'pruning sessions': 'depurando sesiones',
    reading: 'leyendo',
    receiving: 'recibiendo',
    saving: 'guardando',
    sealing: 'sellando',
    sending: 'enviando',
    'sending what has changed': 'enviando lo que cambió',
    stopping: 'deteniendo',
    storing: 'almacenando',
    'taking back': 'trayendo de vuelta',
    trimming: 'recortando',
    waiting: 'esperando',
    'waiting for a machine': 'esperando a una máquina que no responde',
    working: 'trabajando',
    'wrapping keys': 'cifrando claves',
    writing: 'escribiendo',
  },
};

export const count: typeof enCount = {
  files: (n) => (n === 1 ? '1 archivo' : `${n} archivos`),
  keys: (n) => (n === 1 ? '1 clave' : `${n} claves`),
  sessions: (n) => (n === 1 ? '1 sesión' : `${n} sesiones`),
  snapshots: (n) => (n === 1 ? '1 copia' : `${n} copias`),
  packs: (n) => (n === 1 ? '1 paquete' : `${n} paquetes`),
  differences: (n) => (n === 1 ? '1 diferencia' : `${n} diferencias`),
  smallerOnes: (n) => (n === 1 ? '1 más chica' : `${n} más chicas`),
};
