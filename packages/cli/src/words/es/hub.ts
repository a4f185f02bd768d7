import type { hub as enHub } from '../en/hub.ts';

export const hub: typeof enHub = {
  operator: '(operador)',
  all: 'todas',
  tenantHead: ['INQUILINO', 'TÍTULO', 'SESIONES', 'CLAVES', 'DESDE'],
  linkHead: ['ID', 'ESTADO', 'TERMINA', 'ABIERTO', 'VECES', 'INTENTOS TRAS EL FIN', 'NÚMERO'],
  linkStates: { waiting: 'espera', linked: 'vinculado', expired: 'vencido', revoked: 'revocado' },
  keyHead: ['ID', 'NOMBRE', 'INQUILINO', 'PERMISOS', 'SESIONES', 'VENCE', 'ÚLTIMO USO'],
  machineHead: ['MÁQUINA', 'ESTADO', 'SESIONES', 'MEMORIA LIBRE', 'DISCO LIBRE', 'VISTA', 'VERSIÓN', 'DIRECCIÓN'],
  auditHead: ['LÍNEA', 'HORA', 'QUIÉN', 'QUÉ', 'SOBRE QUÉ', 'RESULTADO', 'DESDE'],
  noAudit: 'No hay nada de eso en la auditoría.',
  auditExported: (path, lines, line) => `${path} tiene ${lines} líneas de la auditoría, hasta la ${line}.`,
  auditKeep: 'Guárdelo en otra máquina: ./leadmaster audit verify ARCHIVO dice más tarde si se quitó algo hasta ahí.',
  auditWhole: (lines, line) => `La auditoría está completa: ${lines} líneas, hasta la ${line}.`,
  auditKept: 'Todo hasta la cabeza del archivo está como estaba.',
  auditDiffers: (line) => `El archivo mismo se cambió: su línea ${line} no es la de la auditoría.`,
  auditPruned:
    'La cabeza del archivo es más antigua que lo que se guarda: lo que representa se quitó por edad (HUB_AUDIT_DAYS).',
  auditProblems: {
    line_missing: (line) => `Desde la línea ${line} faltan líneas.`,
    line_changed: (line) => `La línea ${line} se cambió.`,
    line_added: (line) => `Desde la línea ${line} se agregaron líneas que no son del hub.`,
    tail_cut: (line) => `Desde la línea ${line} se cortó el final.`,
    head_forged: (line) => `La cabeza de la auditoría, en la línea ${line}, se cambió.`,
    checkpoint_forged: (line) => `El punto de control de la última limpieza, en la línea ${line}, se cambió.`,
    broken_earlier: (line) => `La línea ${line} dice que el hub encontró dañada la auditoría.`,
    other_head: (line) => `La línea ${line} no es aquella con la que se hizo el archivo.`,
  },
  noAuditHead: (path) => `${path} no termina con una cabeza de la auditoría.`,
  noAuditHeadHint: 'Nombre un archivo que haya escrito ./leadmaster audit export.',
  noTenant: 'Todavía no hay ningún inquilino. Agregue uno: ./leadmaster tenants create NOMBRE',
  noKey: 'Todavía no hay ninguna clave. Haga una: ./leadmaster keys create NOMBRE --tenant INQUILINO',
  noMachine: 'Todavía no hay ninguna máquina. Agregue una: ./leadmaster machines add NOMBRE URL --token-file FILE',
  tenantMade: (name) =>
    `${name} está agregado. Cree una clave para él: ./leadmaster keys create NOMBRE --tenant ${name}`,
  keyOnce: 'Esta clave se muestra solo esta vez. Guárdela como una contraseña.',
  keyTry: (url) =>
    `Pruébela: curl -H "Authorization: Bearer CLAVE" ${url}/v1/sessions    Más líneas, para enviar y oír respuestas: docs/http.es.md`,
  noLink: (name) => `${name} no tiene enlaces. Haga uno: ./leadmaster links create ${name}`,
  linkOnce: (until) => `Envíe este enlace al dueño del teléfono. Se muestra solo esta vez, y termina ${until}.`,
  askRevokeLink: (id) => `¿Revocar el enlace ${id}? Si su página está abierta, termina al momento.`,
  linkRevoked: (id) => `El enlace ${id} está revocado.`,
  dashboardLinkOnce: 'Abre el panel en un navegador, una sola vez, en diez minutos, con todo lo que su clave permite.',
  theToken: 'el token de la máquina',
  freeOf: (free, total) => `${free} de ${total}`,
  askRemoveTenant: (name) => `¿Quitar el inquilino ${name} y todas sus claves?`,
  askRemoveMachine: (name) => `¿Quitar la máquina ${name} de detrás del hub?`,
  askRevoke: (id) => `¿Revocar la clave ${id}? Los programas que la usan quedan rechazados al momento.`,
  other_log: (name) =>
    `${name} tiene otro registro que el que se leía. Acéptelo cuando sepa por qué: ./leadmaster machines change ${name} --accept-log`,
  unreadable: (name) =>
    `${name} responde de otra forma que la que este hub lee, así que faltan sus novedades. Ponga los dos en la misma versión: docs/operations.es.md, "Actualizar".`,
  sendingOfTenant: (name, sending) =>
    sending === 'on' ? `Las sesiones de ${name} pueden enviar.` : `Las sesiones de ${name} solo escuchan.`,
  sendingOfMachine: (name, sending) =>
    sending === 'on'
      ? `Las sesiones de la máquina ${name} pueden enviar.`
      : `Las sesiones de la máquina ${name} solo escuchan.`,
  untold: (machine) =>
    `A ${machine} todavía no se le pudo decir para quién está apagado el envío. Se le dice en cuanto responde, y antes de que le llegue un texto por el hub.`,
  listens: 'solo escucha',
  linkedTwice: (account, sessions) => `${account} está vinculada en varias sesiones: ${sessions}`,
  movedTo: (name, machine) => `${name} se trasladó a ${machine}.`,
  isOn: (name, machine, state) => `${name} está en ${machine}, y allí está ${state}.`,
  staysOn: (name, machine, wanted) => `${name} está en ${machine}, no en ${wanted}.`,
  leftHead: ['SESIÓN', 'CÓDIGO', 'POR QUÉ'],
  emptied: (name, moved) =>
    `${name} ya no tiene sesiones; ${moved === 1 ? 'se trasladó 1 sesión' : `se trasladaron ${moved} sesiones`}.`,
  notEmpty: (name, left) =>
    `${name} todavía tiene ${left === 1 ? '1 sesión que no se pudo trasladar' : `${left} sesiones que no se pudieron trasladar`}.`,
  removed: (name) => `${name} se ha quitado.`,
  revoked: (id) => `La clave ${id} está revocada.`,
};
