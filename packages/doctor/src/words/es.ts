import type { DoctorWords } from './types.ts';

export const es: DoctorWords = {
  severity: { ok: 'bien', note: 'nota', warning: 'advertencia', problem: 'problema' },
  fixed: 'corregido',
  notFixed: 'no corregido',
  found: {
    problem: { one: '1 problema', many: '{count} problemas' },
    warning: { one: '1 advertencia', many: '{count} advertencias' },
    note: { one: '1 nota', many: '{count} notas' },
  },
  problems: { what: 'Hay problemas.', cure: 'La solución está al lado de cada uno.' },
  ok: {
    data_folder: 'la carpeta de datos está en su lugar',
    place: 'la carpeta de datos está donde estaba, y ningún login espera por eso',
    database: 'la base de datos se puede leer',
    permissions: 'solo su dueño puede mirar adentro',
    owners: 'todo pertenece a un mismo usuario',
    user: 'no se ejecuta como root',
    browsers: 'ningún navegador usa un perfil salvo los que se iniciaron para él',
    locks: 'no queda ningún bloqueo de un proceso que ya no existe',
    profiles: 'cada sesión tiene su perfil, cada perfil su sesión, y cada login está entero',
    moved: 'nada de lo entregado sigue en su lugar',
    sessions: 'ninguna sesión falla ni espera que la escaneen',
    people: 'WhatsApp no pide nada a ninguna persona ni restringe ninguna cuenta',
    pages: 'nada estaba roto en las páginas de WhatsApp Web en su última prueba',
    builds: 'las sesiones usan las versiones de WhatsApp Web que deben usar',
    transfers: 'ninguna sesión quedó detenida en su camino hacia aquí o desde aquí',
    hubs: 'todo hub que lee aquí el registro de eventos está al día',
    code: 'ningún código ni ajuste nombra otra carpeta para sesiones',
    chromium: 'el navegador no es más viejo que ningún perfil',
    whatsapp: 'se llega a WhatsApp Web, por el mismo camino que los navegadores de las sesiones',
    vault: 'se llega a la bóveda, o se crea al iniciar por primera vez',
    vault_key:
      'la clave de la bóveda es privada y está guardada también en otro lado, o se crea al iniciar por primera vez',
    vault_disk: 'la bóveda no comparte disco con los perfiles',
    snapshots: 'cada login tiene una copia reciente',
    disk: 'hay lugar en el disco',
    foreign: 'en las carpetas de LeadMaster no hay nada que hayan puesto otros',
    git: 'ningún login ni clave puede llegar a un repositorio git',
  },
  findings: {
    data_folder_missing: {
      what: 'todavía no existe la carpeta de datos {path}',
      cure: 'Se crea al iniciar por primera vez: npm start. Si debería haber sesiones ahí, indique en LEADMASTER_DATA_DIR dónde están.',
    },
    place_changed: {
      what: 'la carpeta de datos es una copia, está en otro disco o se restauró de una copia de seguridad: hay sesiones en espera ({sessions}). Antes era {before}, vista allí desde {since}',
      cure: 'Un login que corre en dos lugares se pierde en los dos. Con el servicio en marcha, cuando el lugar anterior ya nunca las vaya a ejecutar: ./leadmaster place accept --origin-retired (o con sus nombres).',
    },
    place_unknown: {
      what: 'el sistema de archivos de {path} no distingue una copia de la carpeta misma: una copia iniciaría todos los logins',
      cure: 'Ponga la carpeta de datos en un sistema de archivos local (ext4, XFS, Btrfs, ZFS). Hasta entonces no inicie nunca una copia mientras la carpeta misma pueda estar en marcha.',
    },
    profile_put_back: {
      what: 'el perfil de {session} no es el último que corrió aquí: se restauró de una copia de seguridad, o se puso otro en su lugar. La sesión espera, o esperará en su próximo inicio',
      cure: 'La bóveda puede tener un login más nuevo: ./leadmaster snapshot list {session}. Cuando ningún otro lugar la ejecute: ./leadmaster place accept {session} --origin-retired.',
    },
    machine_changed: {
      what: 'la máquina tiene otro UUID de firmware ({now}) que la última en que se aceptó la carpeta de datos ({before}): puede ser el clon de una máquina virtual',
      cure: 'Si la máquina anterior sigue en marcha, detenga el servicio en una de las dos. Si no volverá a estarlo: ./leadmaster place accept --origin-retired.',
    },
    older_than_vault: {
      what: '{session} espera: su login se usó por última vez {used}, y la bóveda tiene uno más nuevo, de {taken}',
      cure: 'Para seguir con el más nuevo: ./leadmaster snapshot restore {session} {snapshot} --start. Para iniciar el más viejo de todos modos: ./leadmaster session start {session} --older-login.',
    },
    vault_not_compared: {
      what: 'en el inicio de {at} no se comprobó si la bóveda tiene logins más nuevos que esta carpeta: {detail}',
      cure: 'Las sesiones se iniciaron de todos modos. Si esta carpeta de datos se restauró de un respaldo, compárela con ./leadmaster snapshot list; el próximo inicio lo comprueba otra vez.',
    },
    database_unreadable: { what: 'la base de datos no se puede leer: {detail}', cure: '{hint}' },
    modes_open: {
      what: '{path} está abierto a otros usuarios (modo {mode})',
      cure: 'chmod {right} sobre él, o doctor --fix.',
    },
    modes_inside: {
      what: 'en el perfil de {session}, {count} entradas tienen más permisos que los que su dueño necesita; la primera, {first} (modo {mode})',
      cure: 'Se corrige al iniciar la sesión; con el servicio detenido, lo hace doctor --fix.',
    },
    owner_foreign: {
      what: '{count} entradas pertenecen a un usuario distinto de uid {owner}; la primera, {first} (uid {uid})',
      cure: 'Como root: chown -R {owner} sobre {path}.',
    },
    runs_as_root: {
      what: 'las sesiones se ejecutan como root, así que el sandbox de Chromium está apagado',
      cure: 'Cree un usuario y dele la carpeta de datos: useradd --system --create-home leadmaster; chown -R leadmaster: {path}; después ejecute el servicio con ese usuario (en packaging/ hay una unidad de systemd).',
    },
    stray_browser: {
      what: 'un navegador que LeadMaster no inició usa el perfil de {session}: pid {pid} ({comm})',
      cure: 'Un login no debe correr dos veces. Vea de quién es (ps -fp {pid}) y ciérrelo allí; LeadMaster no termina nada que no haya iniciado.',
    },
    stray_files: {
      what: 'el pid {pid} ({comm}) tiene abierto un archivo de un login: {file}',
      cure: 'Vea qué es: ps -fp {pid}. Un respaldo de perfiles vivos los copia a medias; ./leadmaster snapshot no.',
    },
    orphan_browser: {
      what: 'el navegador de {session} (pid {pid}) sobrevivió a su servicio',
      cure: 'No hay que hacer nada: el próximo inicio del servicio lo termina primero.',
    },
    singleton_stale: {
      what: 'el bloqueo de Chromium en el perfil de {session} es de un proceso que ya no existe ({target})',
      cure: 'Se quita al iniciar la sesión; con el servicio detenido, lo hace doctor --fix.',
    },
    singleton_foreign: {
      what: 'el bloqueo de Chromium en el perfil de {session} es de otra máquina, {host}',
      cure: 'Asegúrese de que allí ningún navegador use este perfil. Entonces el próximo inicio lo quita.',
    },
    lock_stale: {
      what: 'el proceso que tenía este bloqueo ya no existe (pid {pid}, desde {since})',
      cure: 'No molesta: quien lo pida después lo obtiene. Con el servicio detenido, doctor --fix lo ordena.',
    },
    profile_unclaimed: {
      what: 'en tokens/{session} hay un perfil que todavía no es una sesión',
      cure: 'Tómelo como está: ./leadmaster adopt {path} --name {session}; o muévalo a otro lado.',
    },
    profile_missing: {
      what: '{session} está vinculada, y su perfil no está',
      cure: 'Monte su disco o devuelva la carpeta. ¿Se movió a otra instalación (adoptada allí)? Entonces el login sigue allí y no debe correr también aquí: ./leadmaster session delete {session}. Solo si no corre en ningún otro lugar, tráigala de una copia: ./leadmaster snapshot list {session}, y luego ./leadmaster snapshot restore {session} ID.',
    },
    record_unreadable: {
      what: 'el registro de {session} no se puede usar: {detail}',
      cure: 'Vea ./leadmaster check {session}. El login que está al lado no se tocó.',
    },
    login_damaged: {
      what: 'el login de {session} está dañado: {detail}',
      cure: 'Nada se sobrescribió. Traiga la copia más nueva: ./leadmaster snapshot list {session}, y luego ./leadmaster snapshot restore {session} ID.',
    },
    folder_no_session: {
      what: '"{name}" está entre los perfiles y con ese nombre no puede ser una sesión',
      cure: 'Si es un perfil, póngale un nombre de a-z, 0-9, - y _ y adóptelo; si no, muévalo a otro lado.',
    },
    folder_set_aside: {
      what: '"{name}" quedó apartada cuando su login pasó a una sesión',
      cure: 'No debe ejecutarse nunca, ni se adopta. Cuando esa sesión esté READY, bórrela.',
    },
    origin_not_retired: {
      what: '{session} es la copia de un login y no se inicia',
      cure: 'Cuando su lugar de origen no la vaya a ejecutar nunca más: ./leadmaster session start {session} --origin-retired.',
    },
    moved_in_place: {
      what: '{session} se entregó con la generación {moved}, y aquí hay un perfil de la generación {generation}',
      cure: 'No la ejecute: su login vive en otra máquina. El próximo inicio del servicio la mueve a la papelera, o: ./leadmaster session delete {session}.',
    },
    arrival_left: {
      what: 'se empezó a transferir {session} hacia aquí, y no se siguió desde {at}',
      cure: 'Repítalo allí de donde viene; si no, el próximo inicio del servicio limpia lo que llegó.',
    },
    arrival_sealed: {
      what: '{session} llegó entera, y desde {at} no llega la palabra que la entrega: su nombre queda reservado',
      cure: 'Allí, repita la transferencia, o hágala volver con --undo. Si esa máquina no vuelve más, y nunca más la va a ejecutar: POST {url}/commit la toma aquí; DELETE {url} la descarta, y el nombre queda libre (docs/operations.md dice cómo).',
    },
    arrival_unfinished: {
      what: '{session} se entregó a esta máquina, {at}, y no está en su lugar',
      cure: 'Reinicie el servicio: lo termina, o su registro dice qué lo impide.',
    },
    departure_unfinished: {
      what: '{session} se entregó a {peer}, {at}, que no dijo todavía que la tomó: puede que no corra en ningún lado',
      cure: 'Termínelo: {command}; o hágala volver, con --undo. Hasta entonces todo lo suyo queda en la papelera de aquí.',
    },
    wrong_account: {
      what: '{session} espera una decisión: tiene vinculada la cuenta {account} y pertenece a {owner}',
      cure: 'Para quedarse con esa cuenta: ./leadmaster account {session} --accept. Para quitar el vínculo: ./leadmaster account {session} --unlink.',
    },
    linked_twice: {
      what: 'una misma cuenta, {account}, está vinculada en {sessions}: cada una informa de todos los mensajes',
      cure: 'Cuente sus vínculos en el teléfono. Si hay uno por sesión: cierre una, ./leadmaster session logout {last}. Si hay menos, una es una copia: elimínela, ./leadmaster session delete {last} (su perfil va a la papelera y en WhatsApp no se quita nada).',
    },
    login_copied: {
      what: '{session} tiene un login de {account} que {other} también tiene, o puede tener: dos navegadores con un mismo login se lo quitan el uno al otro',
      cure: 'Elimine la que no se quiere: ./leadmaster session delete {session} (su perfil va a la papelera y en WhatsApp no se quita nada). Quitar el vínculo de una, o cerrarla, le quitaría el login a la otra.',
    },
    hub_late: {
      what: 'el hub {hub} no ha confirmado {events} eventos, el más antiguo del {since}; se lo vio por última vez el {seen}',
      cure: 'Se guardan para él. Si no se pone al día, revise ese hub.',
    },
    hub_unseen: {
      what: 'al hub {hub} se lo vio por última vez el {seen} y no ha confirmado {events} eventos; a los {days} días sin verlo se lo olvida, y ya no se guardan para él',
      cure: 'Arranque ese hub o revise la conexión. Si ya no existe, no hay nada que hacer.',
    },
    hub_holds_much: {
      what: 'el hub {hub} no ha confirmado {events} eventos, el más antiguo del {since}: {size} de {limit} MB como máximo',
      cure: 'Revise ese hub: en el límite se van los más antiguos, y se le dice cuáles. Si tiene que ponerse al día tras más tiempo, suba EVENTS_KEEP_MB.',
    },
    hub_missed: {
      what: 'ya no están los eventos hasta el {upTo}, que el hub {hub} no confirmó: confirmó hasta el {confirmed}, y se alcanzó EVENTS_KEEP_MB',
      cure: 'Al hub se le dice en su lugar (events.gap). Revise por qué no leyó, y suba EVENTS_KEEP_MB si puede volver a tardar tanto.',
    },
    hub_forgotten: {
      what: 'el hub {hub} se olvidó el {at}: se lo vio por última vez el {seen}',
      cure: 'Si vuelve, se registra solo y se le dice qué perdió. Si ya no existe, no hay nada que hacer.',
    },
    session_unwell: {
      what: '{session} no funciona desde {since}: {state}, {reason}',
      cure: './leadmaster sessions dice qué hacer, y ./leadmaster events {session} qué pasó.',
    },
    passkey_wanted: {
      what: 'lo necesita a usted: WhatsApp quiere una llave de acceso (passkey) antes de vincular {session}',
      cure: 'Vincúlela en un navegador visible en su propia computadora (LOGIN_MODE=local) y tráigala aquí con transfer o export; docs/passkeys.es.md da los pasos. ./leadmaster qr {session} lo intenta otra vez: WhatsApp solo se la pide a algunas cuentas durante unos días.',
    },
    login_erased: {
      what: 'lo necesita a usted: la página de WhatsApp Web borró por sí misma el login de {session}',
      cure: 'Recupérelo de una copia anterior: {command}. Si no, vincúlela de nuevo: ./leadmaster session logout {session} y después ./leadmaster qr {session}.',
    },
    account_locked: {
      what: 'lo necesita a usted: WhatsApp ha bloqueado la cuenta de {session}',
      cure: 'Desbloquéela en el teléfono y recupere su login de una copia anterior: {command}. Si no, vincúlela de nuevo: ./leadmaster session logout {session} y después ./leadmaster qr {session}.',
    },
    attention_wanted: {
      what: 'lo necesita a usted: WhatsApp quiere ver que una persona usa la cuenta de {session}, y puede cerrarle la sesión',
      cure: 'Abra WhatsApp en su teléfono y confirme lo que pida.',
    },
    new_chats_limited: {
      what: 'WhatsApp no deja que la cuenta de {session} abra chats nuevos ({limit}, hasta {until})',
      cure: 'Los chats que existen siguen. Escriba menos a quienes no han escrito antes, y espere.',
    },
    chats_unread: {
      what: '{session} no pudo leer lo que llegó mientras no estaba en {count} chats: {why}',
      cure: 'Se intentan otra vez a las {retryAt} y después, mientras esté READY; no se descarta nada. ./leadmaster check {session} los nombra.',
    },
    feature_broken: {
      what: '{session} no puede usar {feature} en la versión {build} de WhatsApp Web: {detail}',
      cure: 'Se prueba de nuevo cada minuto. ./leadmaster capabilities {session} lo muestra todo; --override {feature} lo usa de todos modos.',
    },
    text_broken: {
      what: '{session} no envía nada en la versión {build} de WhatsApp Web, porque {feature} está roto: {detail}',
      cure: 'Se prueba de nuevo cada minuto. ./leadmaster capabilities {session} lo muestra todo. Actualice LeadMaster, o fije con WEB_VERSION una versión que funcione.',
    },
    build_ends: {
      what: 'la versión {build} de WhatsApp Web, a la que están atadas sesiones de aquí, deja de funcionar alrededor del {until}: WhatsApp retira sus archivos',
      cure: 'Elija antes una más nueva: ./leadmaster builds muestra las que están guardadas. Con WEB_VERSION=guarded se hace solo.',
    },
    build_escaped: {
      what: '{session} debía abrir la versión {wanted} de WhatsApp Web y usa la {running}',
      cure: 'La página dejó por sí sola la elegida. ./leadmaster session restart {session} vuelve a abrirla, si esa todavía puede abrir su perfil.',
    },
    build_damaged: {
      what: 'la página guardada de la versión {build} de WhatsApp Web, a la que están atadas sesiones de aquí, está dañada: {why}',
      cure: 'Ningún navegador la abre. Recupere el archivo de una copia, elija otra (./leadmaster builds), o ponga WEB_VERSION=live, que la guarda otra vez cuando WhatsApp la sirve.',
    },
    build_bad: {
      what: '{session} usa la versión {build} de WhatsApp Web, que aquí falló: {why}',
      cure: 'Con WEB_VERSION=guarded se vuelve a una buena cuando eso no pierde nada; ./leadmaster builds muestra las que hay.',
    },
    code_missing: {
      what: 'no hay código que revisar en {path}: {why}',
      cure: 'Indique con --code la carpeta donde está su código.',
    },
    code_folder_missing: {
      what: '{where} guarda sesiones en {written}, y esa carpeta no existe; en el disco están en {onDisk}',
      cure: 'Cambie ese lugar en el código, o deje que solo LeadMaster ejecute las sesiones y quítelo: dónde están lo dice ./leadmaster where NOMBRE.',
    },
    code_folder_empty: {
      what: '{where} guarda sesiones en {written} ({folder}), y no hay ninguna',
      cure: 'Si ese programa solo consulta al session manager, quite ese lugar de su código; no se pierde nada.',
    },
    code_folder_shared: {
      what: '{where} abre sesiones en {written}, y son las de LeadMaster: {profiles}',
      cure: 'Un login no debe correr dos veces: que ese programa consulte al session manager.',
    },
    code_folder_elsewhere: {
      what: '{where} guarda sesiones en {written}, y LeadMaster no sabe nada de ellas: {profiles}',
      cure: 'Tómelas cuando ese programa esté detenido: ./leadmaster adopt CARPETA --name NOMBRE --move.',
    },
    code_folder_unreadable: {
      what: '{where} guarda sesiones en {written}, y lo que hay ahí no se puede leer: {why}',
      cure: 'Pregunte de nuevo como root, o como el usuario de ese programa: no se sabe qué contiene.',
    },
    code_unreadable: {
      what: '{path} no se puede leer: {why}; no se sabe si nombra carpetas para sesiones',
      cure: 'Pregunte de nuevo como un usuario que pueda leerlo, o indique una carpeta sin eso: doctor --code CARPETA.',
    },
    code_cut_short: {
      what: 'debajo de {path} hay demasiado para revisarlo todo',
      cure: 'Indique una carpeta más chica: doctor --code CARPETA.',
    },
    browser_missing: { what: 'no hay navegador para ejecutar sesiones: {detail}', cure: '{hint}' },
    browser_older: {
      what: 'Chromium {written} escribió el perfil de {session}, y está instalado {installed}: borraría el login',
      cure: 'Instale esa versión o una más nueva, o indíquela en CHROME_PATH.',
    },
    whatsapp_unreachable: {
      what: 'desde aquí no se llega a WhatsApp Web ({way}: {detail}): ninguna sesión puede conectarse',
      cure: 'Revise la red y su DNS, un cortafuegos en el camino, el reloj si se trata de TLS, y el proxy que indican CHROME_ARGS o el entorno. Las sesiones lo vuelven a intentar solas.',
    },
    vault_missing: {
      what: 'la bóveda en {url} no está: ahí se guardaban copias',
      cure: 'Monte su disco, o indique en VAULT_URL dónde está ahora.',
    },
    vault_unreachable: { what: 'la bóveda en {url} no se puede leer: {detail}', cure: '{hint}' },
    vault_elsewhere: {
      what: 'no se toman copias: la bóveda de la clave {path} ({vaults}) no está en {url}',
      cure: 'Monte su disco, o indique en VAULT_URL dónde está. Para empezar una bóveda nueva y vacía con esta clave: ./leadmaster vault create --new.',
    },
    vault_changed: {
      what: 'no se toman copias: en el lugar de la bóveda hay otra. {detail}',
      cure: 'Monte el disco correcto, o corrija VAULT_URL. Si desde ahora vale esta bóveda: ./leadmaster vault accept.',
    },
    vault_object: {
      what: 'en la bóveda ({url}): {detail}',
      cure: 'Mire allí {object}: saque de la bóveda lo que no es suyo, y devuelva lo que falta desde una copia de la bóveda.',
    },
    vault_session_damaged: {
      what: 'las copias de {session} en la bóveda no están enteras, {count} en total, la primera: {detail}',
      cure: 'Vea ./leadmaster snapshot list {session}. Devuelva el objeto desde una copia de la bóveda; mientras la sesión esté aquí, tome una copia nueva: ./leadmaster snapshot create {session}.',
    },
    vault_session_unreadable: {
      what: 'nada de {session} se puede leer en la bóveda: {detail}',
      cure: 'Hasta que se arregle, no se puede tomar ni restaurar ninguna copia de ella. {hint}',
    },
    vault_rolled_back: {
      what: 'la bóveda es más antigua de lo que era para {session}, y no se toma ninguna copia de ella: {detail}',
      cure: 'Monte el disco correcto, o devuelva lo más nuevo desde una copia de la bóveda. Si se puso una copia anterior a propósito: ./leadmaster vault accept {session}; y después tome una copia nueva: ./leadmaster snapshot create {session}.',
    },
    second_writer: {
      what: 'el historial de {session} tiene dos instalaciones que escriben en él. {detail}',
      cure: 'Vea ./leadmaster snapshot list {session}. Mientras tanto, una restauración solo trae copias de su propia cuenta.',
    },
    vault_key_missing: {
      what: 'la clave {path} de la bóveda en {url} no está: ninguna copia se puede leer',
      cure: 'Devuelva la que se guardó en otro lado, o indique en VAULT_KEY_FILE dónde está.',
    },
    vault_key_unusable: {
      what: 'la clave no abre la bóveda en {url}: {detail}',
      cure: 'Devuelva la clave de esta bóveda, o indíquela en VAULT_KEY_FILE.',
    },
    vault_key_open: {
      what: 'otros usuarios pueden leer la clave {path} (modo {mode})',
      cure: 'chmod 600 sobre ella, o doctor --fix.',
    },
    vault_key_not_copied: {
      what: 'usted no confirmó que haya otra copia de la clave {path}; sin ella ninguna copia se puede leer',
      cure: 'Cópiela a otro disco o máquina, y luego: ./leadmaster doctor --key-copied COPIA (sin COPIA si desde aquí no se puede leer).',
    },
    vault_same_disk: {
      what: 'la bóveda {path} está en el mismo disco que los perfiles {tokens}, y se pierde con él',
      cure: 'Indique en VAULT_URL otro disco, o S3.',
    },
    snapshot_none: {
      what: '{session} no tiene ninguna copia',
      cure: 'Tome una: ./leadmaster snapshot create {session}.',
    },
    snapshot_old: {
      what: 'la copia más nueva de {session} es de {at}',
      cure: 'Vea por qué no se tomó otra desde entonces (./leadmaster events {session}), y tome una: ./leadmaster snapshot create {session}.',
    },
    snapshot_unverified: {
      what: 'hace tiempo que no se prueba ninguna copia de {session}; la más nueva es de {at}',
      cure: 'Pruébela: ./leadmaster snapshot verify {session} latest --drill.',
    },
    snapshot_damaged: {
      what: 'la copia más nueva de {session} ({snapshot}) está dañada',
      cure: 'Tome otra: ./leadmaster snapshot create {session}; y revise el disco de la bóveda.',
    },
    snapshot_older_damaged: {
      what: 'de las copias anteriores de {session}, {count} estaban dañadas cuando se verificaron por última vez: {snapshots}',
      cure: 'Vuelva a mirar: ./leadmaster snapshot verify {session} {snapshot}. Si sigue así, devuelva el objeto desde una copia de la bóveda, o sáquela del historial: ./leadmaster snapshot delete {session} {snapshot}.',
    },
    snapshot_misdated: {
      what: '{count} copias de {session} llevan fechas que contradicen el orden en que se tomaron, la primera {snapshot}, de {at} (ahora es {now})',
      cure: 'Compare el reloj de esta máquina con la hora real, y el de otras que escriben en esta bóveda. La retención y "latest" siguen el orden, así que no se pierde nada más nuevo.',
    },
    clock_jumped: {
      what: 'el reloj de esta máquina ha saltado a {clock}; lo antiguo se borra según {believed}',
      cure: 'Ponga el reloj en hora. Si está bien (la máquina estuvo mucho tiempo apagada): no hay que hacer nada, se le cree tras una semana sin saltos.',
    },
    snapshot_failed: {
      what: 'no se pudo tomar la última copia de {session}, {at}: {detail}',
      cure: 'Corríjalo, y luego: ./leadmaster snapshot create {session}.',
    },
    drill_failed: {
      what: 'el último simulacro de {session} falló, {at}, con la copia {snapshot}',
      cure: 'Vea por qué: ./leadmaster snapshot verify {session} {snapshot} --drill; y tome otra: ./leadmaster snapshot create {session}.',
    },
    disk_full: {
      what: 'solo quedan {free} MB libres en el disco de {path}; con menos de {min} MB no se inicia ningún navegador',
      cure: 'Libere espacio. "./leadmaster storage" muestra lo que ocupan las sesiones.',
    },
    vault_disk_full: {
      what: 'solo quedan {free} MB libres en el disco de la bóveda {path}: las copias no tendrán lugar',
      cure: 'Libere espacio allí, o conserve menos copias (SNAPSHOT_KEEP) y depure: ./leadmaster snapshot prune.',
    },
    disk_low: {
      what: 'el disco de {path} está casi lleno: quedan {free} MB',
      cure: 'Libere espacio a tiempo. "./leadmaster storage" muestra lo que ocupan las sesiones.',
    },
    foreign_files: {
      what: 'en {folder} hay {count} entradas que LeadMaster no creó; las primeras, {names}',
      cure: 'No molestan y nunca se borran. Muévalas a otro lado, y mantenga fuera de esa carpeta a sincronizadores y escritorios.',
    },
    git_not_ignored: {
      what: 'la carpeta de datos {path} está en un repositorio git que no ignora: {names}',
      cure: 'Agregue a su .gitignore: {lines}; o doctor --fix, si la carpeta no contiene otra cosa.',
    },
    git_exports: {
      what: 'hay sesiones exportadas, claves o imágenes de QR en el repositorio git {path}, que no las ignora: {names}',
      cure: 'Muévalas a otra carpeta, o agregue a su .gitignore: {lines}.',
    },
    git_tracked: {
      what: '{count} archivos de {path} están en un repositorio git; el primero, {first}',
      cure: 'Sáquelos (git rm -r --cached), desvincule las cuentas cuyos logins hayan salido de aquí, y cambie las claves.',
    },
    git_unknown: {
      what: '{path} está en un repositorio git, y git no dice qué ignora: {detail}',
      cure: 'Instale git, o pregunte como dueño del repositorio: git check-ignore tokens.',
    },
    check_failed: { what: 'la revisión "{topic}" no se pudo hacer: {detail}', cure: '{hint}' },
  },
};
