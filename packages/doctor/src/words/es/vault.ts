import type { vault as english } from '../en/vault.ts';
import type { SameFindings } from '../types.ts';

/** The vault, its key, and the snapshots in it. */
export const vault: SameFindings<typeof english> = {
  vault_missing: {
    what: 'la bóveda en {url} no está: ahí se guardaban copias',
    fix: 'Monte su disco, o indique en VAULT_URL dónde está ahora.',
  },
  vault_unreachable: { what: 'la bóveda en {url} no se puede leer: {detail}', fix: '{hint}' },
  vault_elsewhere: {
    what: 'no se toman copias: la bóveda de la clave {path} ({vaults}) no está en {url}',
    fix: 'Monte su disco, o indique en VAULT_URL dónde está. Para empezar una bóveda nueva y vacía con esta clave: ./leadmaster vault create --new.',
  },
  vault_changed: {
    what: 'no se toman copias: en el lugar de la bóveda hay otra. {detail}',
    fix: 'Monte el disco correcto, o corrija VAULT_URL. Si desde ahora vale esta bóveda: ./leadmaster vault accept.',
  },
  vault_object: {
    what: 'en la bóveda ({url}): {detail}',
    fix: 'Mire allí {object}: saque de la bóveda lo que no es suyo, y devuelva lo que falta desde una copia de la bóveda.',
  },
  vault_session_damaged: {
    what: 'las copias de {session} en la bóveda no están enteras, {count} en total, la primera: {detail}',
    fix: 'Vea ./leadmaster snapshot list {session}. Devuelva el objeto desde una copia de la bóveda; mientras la sesión esté aquí, tome una copia nueva: ./leadmaster snapshot create {session}.',
  },
  vault_session_unreadable: {
    what: 'nada de {session} se puede leer en la bóveda: {detail}',
    fix: 'Hasta que se arregle, no se puede tomar ni restaurar ninguna copia de ella. {hint}',
  },
  vault_rolled_back: {
    what: 'la bóveda es más antigua de lo que era para {session}, y no se toma ninguna copia de ella: {detail}',
    fix: 'Monte el disco correcto, o devuelva lo más nuevo desde una copia de la bóveda. Si se puso una copia anterior a propósito: ./leadmaster vault accept {session}; y después tome una copia nueva: ./leadmaster snapshot create {session}.',
  },
  second_writer: {
    what: 'el historial de {session} tiene dos instalaciones que escriben en él. {detail}',
    fix: 'Vea ./leadmaster snapshot list {session}. Mientras tanto, una restauración solo trae copias de su propia cuenta.',
  },
  vault_key_missing: {
    what: 'la clave {path} de la bóveda en {url} no está: ninguna copia se puede leer',
    fix: 'Devuelva la que se guardó en otro lado, o indique en VAULT_KEY_FILE dónde está.',
  },
  vault_key_unusable: {
    what: 'la clave no abre la bóveda en {url}: {detail}',
    fix: 'Devuelva la clave de esta bóveda, o indíquela en VAULT_KEY_FILE.',
  },
  vault_key_open: {
    what: 'otros usuarios pueden leer la clave {path} (modo {mode})',
    fix: 'chmod 600 sobre ella, o doctor --fix.',
  },
  vault_key_not_copied: {
    what: 'usted no confirmó que haya otra copia de la clave {path}; sin ella ninguna copia se puede leer',
    fix: 'Cópiela a otro disco o máquina, y luego: ./leadmaster doctor --key-copied COPIA (sin COPIA si desde aquí no se puede leer).',
  },
  vault_same_disk: {
    what: 'la bóveda {path} está en el mismo disco que los perfiles {tokens}, y se pierde con él',
    fix: 'Indique en VAULT_URL otro disco, o S3.',
  },
  snapshot_none: {
    what: '{session} no tiene ninguna copia',
    fix: 'Tome una: ./leadmaster snapshot create {session}.',
  },
  snapshot_old: {
    what: 'la copia más nueva de {session} es de {at}',
    fix: 'Vea por qué no se tomó otra desde entonces (./leadmaster events {session}), y tome una: ./leadmaster snapshot create {session}.',
  },
  snapshot_unverified: {
    what: 'hace tiempo que no se prueba ninguna copia de {session}; la más nueva es de {at}',
    fix: 'Pruébela: ./leadmaster snapshot verify {session} latest --drill.',
  },
  snapshot_damaged: {
    what: 'la copia más nueva de {session} ({snapshot}) está dañada',
    fix: 'Tome otra: ./leadmaster snapshot create {session}; y revise el disco de la bóveda.',
  },
  snapshot_older_damaged: {
    what: 'de las copias anteriores de {session}, {count} estaban dañadas cuando se verificaron por última vez: {snapshots}',
    fix: 'Vuelva a mirar: ./leadmaster snapshot verify {session} {snapshot}. Si sigue así, devuelva el objeto desde una copia de la bóveda, o sáquela del historial: ./leadmaster snapshot delete {session} {snapshot}.',
  },
  snapshot_misdated: {
    what: '{count} copias de {session} llevan fechas que contradicen el orden en que se tomaron, la primera {snapshot}, de {at} (ahora es {now})',
    fix: 'Compare el reloj de esta máquina con la hora real, y el de otras que escriben en esta bóveda. La retención y "latest" siguen el orden, así que no se pierde nada más nuevo.',
  },
  clock_jumped: {
    what: 'el reloj de esta máquina ha saltado a {clock}; lo antiguo se borra según {believed}',
    fix: 'Ponga el reloj en hora. Si está bien (la máquina estuvo mucho tiempo apagada): no hay que hacer nada, se le cree tras una semana sin saltos.',
  },
  snapshot_failed: {
    what: 'no se pudo tomar la última copia de {session}, {at}: {detail}',
    fix: 'Corríjalo, y luego: ./leadmaster snapshot create {session}.',
  },
  drill_failed: {
    what: 'el último simulacro de {session} falló, {at}, con la copia {snapshot}',
    fix: 'Vea por qué: ./leadmaster snapshot verify {session} {snapshot} --drill; y tome otra: ./leadmaster snapshot create {session}.',
  },
};
