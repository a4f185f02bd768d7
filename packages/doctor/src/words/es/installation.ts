import type { installation as english } from '../en/installation.ts';
import type { SameFindings } from '../types.ts';

/** The data folder, its place and rights, what runs on it, and the room that it has. */
export const installation: SameFindings<typeof english> = {
  data_folder_missing: {
    what: 'todavía no existe la carpeta de datos {path}',
    fix: 'Se crea al iniciar por primera vez: npm start. Si debería haber sesiones ahí, indique en LEADMASTER_DATA_DIR dónde están.',
  },
  place_changed: {
    what: 'la carpeta de datos es una copia, está en otro disco o se restauró de una copia de seguridad: hay sesiones en espera ({sessions}). Antes era {before}, vista allí desde {since}',
    fix: 'Un login que corre en dos lugares se pierde en los dos. Cuando el lugar anterior ya nunca las vaya a ejecutar, con el servicio de aquí en marcha o apagado: ./leadmaster place accept --origin-retired (o con sus nombres).',
  },
  place_unknown: {
    what: 'el sistema de archivos de {path} no distingue una copia de la carpeta misma: una copia iniciaría todos los logins',
    fix: 'Ponga la carpeta de datos en un sistema de archivos local (ext4, XFS, Btrfs, ZFS). Hasta entonces no inicie nunca una copia mientras la carpeta misma pueda estar en marcha.',
  },
  profile_put_back: {
    what: 'el perfil de {session} no es el último que corrió aquí: se restauró de una copia de seguridad, o se puso otro en su lugar. La sesión espera, o esperará en su próximo inicio',
    fix: 'La bóveda puede tener un login más nuevo: ./leadmaster snapshot list {session}. Cuando ningún otro lugar la ejecute: ./leadmaster place accept {session} --origin-retired.',
  },
  machine_changed: {
    what: 'la máquina tiene otro UUID de firmware ({now}) que la última en que se aceptó la carpeta de datos ({before}): puede ser el clon de una máquina virtual',
    fix: 'Si la máquina anterior sigue en marcha, detenga el servicio en una de las dos. Si no volverá a estarlo: ./leadmaster place accept --origin-retired.',
  },
  older_than_vault: {
    what: '{session} espera: su login se usó por última vez {used}, y la bóveda tiene uno más nuevo, de {taken}',
    fix: 'Para seguir con el más nuevo: ./leadmaster snapshot restore {session} {snapshot} --start. Para iniciar el más viejo de todos modos: ./leadmaster session start {session} --older-login.',
  },
  vault_not_compared: {
    what: 'en el inicio de {at} no se comprobó si la bóveda tiene logins más nuevos que esta carpeta: {detail}',
    fix: 'Las sesiones se iniciaron de todos modos. Si esta carpeta de datos se restauró de una copia de seguridad, compárela con ./leadmaster snapshot list; el próximo inicio lo comprueba otra vez.',
  },
  database_unreadable: { what: 'la base de datos no se puede leer: {detail}', fix: '{hint}' },
  database_older: {
    what: 'la base de datos la escribió un LeadMaster anterior: lo que depende de ella todavía no se juzga',
    fix: 'El próximo inicio del servicio la pone al día. Después de actualizar el código, reinicie el servicio que siga corriendo.',
  },
  modes_open: {
    what: '{path} está abierto a otros usuarios (modo {mode})',
    fix: 'chmod {right} sobre él, o doctor --fix.',
  },
  modes_inside: {
    what: 'en el perfil de {session}, {count} entradas tienen más permisos que los que su dueño necesita; la primera, {first} (modo {mode})',
    fix: 'Se corrige al iniciar la sesión; con el servicio detenido, lo hace doctor --fix.',
  },
  owner_foreign: {
    what: '{count} entradas pertenecen a un usuario distinto de uid {owner}; la primera, {first} (uid {uid})',
    fix: 'Como root: chown -R {owner} sobre {path}.',
  },
  runs_as_root: {
    what: 'las sesiones se ejecutan como root, así que el sandbox de Chromium está apagado',
    fix: 'Cree un usuario y dele la carpeta de datos: useradd --system --create-home leadmaster; chown -R leadmaster: {path}; después ejecute el servicio con ese usuario (en packaging/ hay una unidad de systemd).',
  },
  stray_browser: {
    what: 'un navegador que LeadMaster no inició usa el perfil de {session}: pid {pid} ({comm})',
    fix: 'Un login no debe correr dos veces. Vea de quién es (ps -fp {pid}) y ciérrelo allí; LeadMaster no termina nada que no haya iniciado.',
  },
  stray_files: {
    what: 'el pid {pid} ({comm}) tiene abierto un archivo de un login: {file}',
    fix: 'Vea qué es: ps -fp {pid}. Una copia de seguridad de perfiles vivos los copia a medias; ./leadmaster snapshot no.',
  },
  orphan_browser: {
    what: 'el navegador de {session} (pid {pid}) sobrevivió a su servicio',
    fix: 'No hay que hacer nada: el próximo inicio del servicio lo termina primero.',
  },
  singleton_stale: {
    what: 'el bloqueo de Chromium en el perfil de {session} es de un proceso que ya no existe ({target})',
    fix: 'Se quita al iniciar la sesión; con el servicio detenido, lo hace doctor --fix.',
  },
  singleton_foreign: {
    what: 'el bloqueo de Chromium en el perfil de {session} es de otra máquina, {host}',
    fix: 'Asegúrese de que allí ningún navegador use este perfil. Entonces el próximo inicio lo quita.',
  },
  lock_stale: {
    what: 'el proceso que tenía este bloqueo ya no existe (pid {pid}, desde {since})',
    fix: 'No molesta: quien lo pida después lo obtiene. Con el servicio detenido, doctor --fix lo ordena.',
  },
  disk_full: {
    what: 'solo quedan {free} MB libres en el disco de {path}; con menos de {min} MB no se inicia ningún navegador',
    fix: 'Libere espacio. "./leadmaster storage" muestra lo que ocupan las sesiones.',
  },
  vault_disk_full: {
    what: 'solo quedan {free} MB libres en el disco de la bóveda {path}: las copias no tendrán lugar',
    fix: 'Libere espacio allí, o conserve menos copias (SNAPSHOT_KEEP) y depure: ./leadmaster snapshot prune.',
  },
  disk_low: {
    what: 'el disco de {path} está casi lleno: quedan {free} MB',
    fix: 'Libere espacio a tiempo. "./leadmaster storage" muestra lo que ocupan las sesiones.',
  },
  foreign_files: {
    what: 'en {folder} hay {count} entradas que LeadMaster no creó; las primeras, {names}',
    fix: 'No molestan y nunca se borran. Muévalas a otro lado, y mantenga fuera de esa carpeta a sincronizadores y escritorios.',
  },
  git_not_ignored: {
    what: 'la carpeta de datos {path} está en un repositorio git que no ignora: {names}',
    fix: 'Agregue a su .gitignore: {lines}; o doctor --fix, si la carpeta no contiene otra cosa.',
  },
  git_exports: {
    what: 'hay sesiones exportadas, claves o imágenes de QR en el repositorio git {path}, que no las ignora: {names}',
    fix: 'Muévalas a otra carpeta, o agregue a su .gitignore: {lines}.',
  },
  git_tracked: {
    what: '{count} archivos de {path} están en un repositorio git; el primero, {first}',
    fix: 'Sáquelos (git rm -r --cached), desvincule las cuentas cuyos logins hayan salido de aquí, y cambie las claves.',
  },
  git_unknown: {
    what: '{path} está en un repositorio git, y git no dice qué ignora: {detail}',
    fix: 'Instale git, o pregunte como dueño del repositorio: git check-ignore tokens.',
  },
  check_failed: { what: 'la revisión "{topic}" no se pudo hacer: {detail}', fix: '{hint}' },
};
