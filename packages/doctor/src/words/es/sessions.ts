import type { sessions as english } from '../en/sessions.ts';
import type { SameFindings } from '../types.ts';

/** Profiles and their logins, transfers, accounts, and who reads the events. */
export const sessions: SameFindings<typeof english> = {
  profile_unclaimed: {
    what: 'en tokens/{session} hay un perfil que todavía no es una sesión',
    fix: 'Tómelo como está: ./leadmaster adopt {path} --name {session}; o muévalo a otro lado.',
  },
  profile_missing: {
    what: '{session} está vinculada, y su perfil no está',
    fix: 'Monte su disco o devuelva la carpeta. ¿Se movió a otra instalación (adoptada allí)? Entonces el login sigue allí y no debe correr también aquí: ./leadmaster session delete {session}. Solo si no corre en ningún otro lugar, tráigala de una copia: ./leadmaster snapshot list {session}, y luego ./leadmaster snapshot restore {session} ID.',
  },
  record_unreadable: {
    what: 'el registro de {session} no se puede usar: {detail}',
    fix: 'Vea ./leadmaster check {session}. El login que está al lado no se tocó.',
  },
  login_damaged: {
    what: 'el login de {session} está dañado: {detail}',
    fix: 'Nada se sobrescribió. Traiga la copia más nueva: ./leadmaster snapshot list {session}, y luego ./leadmaster snapshot restore {session} ID.',
  },
  folder_no_session: {
    what: '"{name}" está entre los perfiles y con ese nombre no puede ser una sesión',
    fix: 'Si es un perfil, póngale un nombre de a-z, 0-9, - y _ y adóptelo; si no, muévalo a otro lado.',
  },
  folder_set_aside: {
    what: '"{name}" quedó apartada cuando su login pasó a una sesión',
    fix: 'No debe ejecutarse nunca, ni se adopta. Cuando esa sesión esté READY, bórrela.',
  },
  origin_not_retired: {
    what: '{session} es la copia de un login y no se inicia',
    fix: 'Cuando su lugar de origen no la vaya a ejecutar nunca más: ./leadmaster session start {session} --origin-retired.',
  },
  moved_in_place: {
    what: '{session} se entregó con la generación {moved}, y aquí hay un perfil de la generación {generation}',
    fix: 'No la ejecute: su login vive en otra máquina. El próximo inicio del servicio la mueve a la papelera, o: ./leadmaster session delete {session}.',
  },
  arrival_left: {
    what: 'se empezó a trasladar {session} hacia aquí, y no se siguió desde {at}',
    fix: 'Repítalo allí de donde viene; si no, el próximo inicio del servicio limpia lo que llegó.',
  },
  arrival_sealed: {
    what: '{session} llegó entera, y desde {at} no llega la palabra que la entrega: su nombre queda reservado',
    fix: 'Allí, repita el traslado, o hágala volver con --undo. Si esa máquina no vuelve más, y nunca más la va a ejecutar: POST {url}/commit la toma aquí; DELETE {url} la descarta, y el nombre queda libre (docs/operations.es.md dice cómo).',
  },
  arrival_unfinished: {
    what: '{session} se entregó a esta máquina, {at}, y no está en su lugar',
    fix: 'Reinicie el servicio: lo termina, o su registro dice qué lo impide.',
  },
  departure_unfinished: {
    what: '{session} se entregó a {peer}, {at}, que no dijo todavía que la tomó: puede que no corra en ningún lado',
    fix: 'Termínelo: {command}; o hágala volver, con --undo. Hasta entonces todo lo suyo queda en la papelera de aquí.',
  },
  wrong_account: {
    what: '{session} espera una decisión: tiene vinculada la cuenta {account} y pertenece a {owner}',
    fix: 'Para quedarse con esa cuenta: ./leadmaster account {session} --accept. Para quitar el vínculo: ./leadmaster account {session} --unlink.',
  },
  linked_twice: {
    what: 'una misma cuenta, {account}, está vinculada en {sessions}: cada una informa de todos los mensajes',
    fix: 'Cuente sus vínculos en el teléfono. Si hay uno por sesión: cierre una, ./leadmaster session logout {last}. Si hay menos, una es una copia: elimínela, ./leadmaster session delete {last} (su perfil va a la papelera y en WhatsApp no se quita nada).',
  },
  login_copied: {
    what: '{session} tiene un login de {account} que {other} también tiene, o puede tener: dos navegadores con un mismo login se lo quitan el uno al otro',
    fix: 'Elimine la que no se quiere: ./leadmaster session delete {session} (su perfil va a la papelera y en WhatsApp no se quita nada). Quitar el vínculo de una, o cerrarla, le quitaría el login a la otra.',
  },
  hub_late: {
    what: 'el hub {hub} no ha confirmado {events} eventos, el más antiguo del {since}; se lo vio por última vez el {seen}',
    fix: 'Se guardan para él. Si no se pone al día, revise ese hub.',
  },
  hub_unseen: {
    what: 'al hub {hub} se lo vio por última vez el {seen} y no ha confirmado {events} eventos; a los {days} días sin verlo se lo olvida, y ya no se guardan para él',
    fix: 'Arranque ese hub o revise la conexión. Si ya no existe, no hay nada que hacer.',
  },
  hub_holds_much: {
    what: 'el hub {hub} no ha confirmado {events} eventos, el más antiguo del {since}: {size} de {limit} MB como máximo',
    fix: 'Revise ese hub: en el límite se van los más antiguos, y se le dice cuáles. Si tiene que ponerse al día tras más tiempo, suba EVENTS_KEEP_MB.',
  },
  hub_missed: {
    what: 'ya no están los eventos hasta el {upTo}, que el hub {hub} no confirmó: confirmó hasta el {confirmed}, y se alcanzó EVENTS_KEEP_MB',
    fix: 'Al hub se le dice en su lugar (events.gap). Revise por qué no leyó, y suba EVENTS_KEEP_MB si puede volver a tardar tanto.',
  },
  hub_forgotten: {
    what: 'el hub {hub} se olvidó el {at}: se lo vio por última vez el {seen}',
    fix: 'Si vuelve, se registra solo y se le dice qué perdió. Si ya no existe, no hay nada que hacer.',
  },
  session_unwell: {
    what: '{session} no funciona desde {since}: {state}, {reason}',
    fix: './leadmaster sessions dice qué hacer, y ./leadmaster events {session} qué pasó.',
  },
  passkey_wanted: {
    what: 'lo necesita a usted: WhatsApp quiere una llave de acceso (passkey) antes de vincular {session}',
    fix: 'Vincúlela en un navegador visible en su propia computadora (LOGIN_MODE=local) y tráigala aquí con transfer o export; docs/passkeys.es.md da los pasos. ./leadmaster qr {session} lo intenta otra vez: WhatsApp solo se la pide a algunas cuentas durante unos días.',
  },
  login_erased: {
    what: 'lo necesita a usted: la página de WhatsApp Web borró por sí misma el login de {session}',
    fix: 'Recupérelo de una copia anterior: {command}. Si no, vincúlela de nuevo: ./leadmaster session logout {session} y después ./leadmaster qr {session}.',
  },
  account_locked: {
    what: 'lo necesita a usted: WhatsApp ha bloqueado la cuenta de {session}',
    fix: 'Desbloquéela en el teléfono y recupere su login de una copia anterior: {command}. Si no, vincúlela de nuevo: ./leadmaster session logout {session} y después ./leadmaster qr {session}.',
  },
  attention_wanted: {
    what: 'lo necesita a usted: WhatsApp quiere ver que una persona usa la cuenta de {session}, y puede cerrarle la sesión',
    fix: 'Abra WhatsApp en su teléfono y confirme lo que pida.',
  },
  new_chats_limited: {
    what: 'WhatsApp no deja que la cuenta de {session} abra chats nuevos ({limit}, hasta {until})',
    fix: 'Los chats que existen siguen. Escriba menos a quienes no han escrito antes, y espere.',
  },
  chats_unread: {
    what: '{session} no pudo leer lo que llegó mientras no estaba en {count} chats: {why}',
    fix: 'Se intentan otra vez a las {retryAt} y después, mientras esté READY; no se descarta nada. ./leadmaster check {session} los nombra.',
  },
};
