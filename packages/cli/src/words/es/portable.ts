import type { AdoptWarning } from '@leadmaster/protocol';
import type { files as enFiles, portable as enPortable } from '../en/portable.ts';

/** What to know of a folder that became a session. The values are in the detail below it. */
export const adopted: Readonly<Record<AdoptWarning['kind'], string>> = {
  not_taken: 'Los enlaces y archivos especiales que hay en ella no se llevan.',
  chromium_unknown:
    'No se sabe qué Chromium la escribió. Si el navegador de aquí es más viejo, el login se pierde: use uno que no lo sea.',
  ends_unfinished:
    'Se copió mientras se escribía, o se mató su programa: lo que quedó a medias se corta. Si WhatsApp no la acepta, adopte una copia tomada con el programa detenido.',
  record_unreadable:
    'Su registro de LeadMaster no se puede leer y no se usa: la cuenta vinculada se sabe tras el primer READY.',
  copy: 'Es una copia: arranca solo cuando usted confirma que ninguna otra funciona.',
};

export const portable: typeof enPortable = {
  freshOrThere: '--snapshot usa una que ya existe; --kind y --retire toman una nueva.',
  exported: (path, size, snapshot, name) => `${path}: ${size}, ${snapshot} de ${name}; leído de vuelta y comprobado.`,
  isMoved: (name) => `${name} está MOVED aquí: importe el archivo donde vaya a seguir.`,
  holdsTheAccount:
    'Quien tenga el archivo y su contraseña tiene la cuenta. Sin la contraseña, el archivo no se puede leer.',
  notBoth: (name) =>
    `Lo que se importe en otro lugar no debe arrancar mientras ${name} funcione en otro (export --retire la entrega aquí).`,
  wrongAccount: (name) => `${name} está vinculada a otra cuenta que la suya.`,
  startedAgain: (name) => `${name} se detuvo para eso, y se arrancó otra vez.`,
  staysStopped: (name, why) => `${name} está detenida (${why}); arránquela: ./leadmaster session start ${name}`,
  givenUp: (name) => `${name} ya se entregó aquí antes.`,
  importThatFile: 'Importe el archivo que se escribió entonces.',
  writtenBut: (path, now, why) => `${path} está escrito, pero ${now}: ${why}`,
  notKnown: (name) => `no se sabe si ${name} se entregó aquí`,
  stillHere: (name) => `${name} sigue aquí`,
  startsRetired: 'Una sesión importada solo arranca si su lugar anterior está retirado.',
  sayRetired: 'Indique --origin-retired si lo está; o quite --start.',
  badName: 'El nombre que está en el archivo no sirve para una sesión.',
  giveName: 'Indique uno con --name.',
  copyOrMove: 'O --copy o --move.',
  chooseMode: (path) => `${path} no es el lugar propio de la sesión: elija si se copia o se mueve`,
  modes: 'Agregue una de las dos: --copy la deja donde está, --move la trae aquí.',
  emptyFolder: 'La carpeta es un texto vacío.',
  nameTheFolder: 'Indique la carpeta del perfil.',
  kinds: {
    profile: 'un perfil de Chromium',
    local_auth: 'una carpeta LocalAuth de whatsapp-web.js',
    remote_auth: 'un archivo RemoteAuth de whatsapp-web.js, desempaquetado',
    waha: 'una sesión de WAHA (webjs)',
    leadmaster: 'una sesión de otro LeadMaster',
  },
  adopted: (path, kind, files, size, chromium) =>
    `${path}: ${kind}, ${files}, ${size}, escrito por ${chromium === null ? 'un Chromium desconocido' : `Chromium ${chromium}`}`,
  hasMoved: (name, to, state) => `${name} se trasladó a ${to}, y aquí está ${state}.`,
  profileInTrash: 'Su perfil está aquí en la papelera. Para tenerla de vuelta, trasládela desde allá.',
};

export const files: typeof enFiles = {
  chooseAnother: 'Elija otro nombre; o sobrescríbalo con --force.',
  notAFolder: 'Indique un archivo, no una carpeta.',
  isThere: (path) => `${path} ya existe.`,
  noFile: (path) => `${path} no es un archivo en un disco.`,
  nameAFile: 'Indique un archivo: se lee hasta el final antes de hacer algo con él.',
  failed: (path, why) => `${path}: ${why}`,
  lookAtFolder: 'Mire la carpeta, sus permisos y el lugar que queda en su disco.',
  copyAgain: 'Cópielo otra vez desde donde se exportó; si allí tampoco está entero, exporte la sesión de nuevo.',
  written: (path) => `Escrito: ${path}`,
  notWritten: (path, why) => `${path} no se puede escribir: ${why}`,
  unread: (path, why) => `${path} no se puede leer: ${why}`,
};
