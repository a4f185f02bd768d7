import type { CheckName, SnapshotProblemKind } from '@leadmaster/protocol';

/** What a check looks at, and what it means when that is well and when it is not. */
interface CheckWords {
  name: string;
  good: string;
  bad: string;
  /** Where it is well, the English has no value that is missing here. */
  goodSaysAll?: true;
}

const LOGIN_PART = { good: 'está y se puede usar', bad: 'falta o no se puede usar' };
const STORE = { good: 'entera, o todavía no hace falta', bad: 'falta o está dañada', goodSaysAll: true } as const;

export const checks: Record<CheckName, CheckWords> = {
  folder: { name: 'carpeta', good: 'está en su lugar', bad: 'no está, o no se puede usar' },
  record: { name: 'registro', good: 'se puede leer', bad: 'falta, o no se puede leer' },
  indexed_db: { name: 'IndexedDB', ...STORE },
  local_storage: { name: 'Local Storage', ...STORE },
  login: { name: 'login', good: 'está completo', bad: 'no está completo' },
  owner: { name: 'dueño', good: 'todo es de un solo usuario', bad: 'hay archivos de otros usuarios' },
  permissions: { name: 'permisos', good: 'cerrado a los demás usuarios', bad: 'otros usuarios pueden leerlo' },
  chromium: { name: 'Chromium', good: 'se miró cuál escribió el perfil', bad: 'no se sabe cuál escribió el perfil' },
  lock: { name: 'bloqueo', good: 'nada impide usar el perfil', bad: 'no se puede leer' },
  databases: {
    name: 'bases de datos',
    good: 'no se miran mientras el perfil está en uso',
    bad: 'no se pudieron mirar',
    goodSaysAll: true,
  },
  'missed chats': {
    name: 'chats pendientes',
    good: 'ninguno',
    bad: 'lo que llegó mientras la sesión no estaba no se pudo leer',
  },
  'needs you': { name: 'lo necesita a usted', good: 'no', bad: 'WhatsApp espera algo en el teléfono' },
  'new chats': { name: 'chats nuevos', good: 'permitidos', bad: 'WhatsApp no permite abrir chats nuevos' },
  bytes: { name: 'bytes', good: 'leídos y comprobados', bad: 'faltan, o no son los que se guardaron' },
  boot: { name: 'arranque', good: 'un navegador sin red abrió la copia', bad: 'el navegador no abrió la copia' },
  account: { name: 'cuenta', ...LOGIN_PART },
  private_key: { name: 'clave privada', ...LOGIN_PART },
  sealing_key: { name: 'clave de sellado', ...LOGIN_PART },
  registration: { name: 'inscripción', ...LOGIN_PART },
  keys: { name: 'claves', ...LOGIN_PART },
  rows: { name: 'filas', good: 'todas se pueden leer', bad: 'algunas no se pueden leer' },
  complete: { name: 'completa', good: 'nada de lo contado falta', bad: 'tiene menos de lo que se contó al tomarla' },
  newest: { name: 'la más nueva', good: 'se puede leer', bad: 'no se puede leer' },
};

/** A database, by its path. */
export const database = { good: 'entera', bad: 'dañada' };

/** A feature of the page that is not known to work. */
export const page = {
  name: (feature: string) => `página: ${feature}`,
  good: 'no se sabe si funciona',
  bad: 'no funciona',
};

/** What is wrong with a record of the snapshots. */
export const problems: Record<SnapshotProblemKind, string> = {
  damaged: 'está dañado',
  removed: 'se quitó del almacén',
  replayed: 'se había olvidado y está otra vez en el almacén',
  rolled_back: 'la bóveda es más antigua de lo que era, o tiene otra historia',
  keyless: 'no tiene clave: no se puede leer',
  stray: 'no lo escribió LeadMaster y se pasa por alto; sáquelo de la bóveda',
  second_writer:
    'dos instalaciones escriben esta historia: dé a cada una su propia bóveda (VAULT_URL), u otro nombre a la sesión',
};

/** A session that `recover` brought back. */
export const broughtBack = 'está de vuelta';
