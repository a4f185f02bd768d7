import type { hub as enHub } from '../en/hub.ts';

export const hub: typeof enHub = {
  operator: '(operador)',
  all: 'todas',
  tenantHead: ['INQUILINO', 'TÍTULO', 'SESIONES', 'CLAVES', 'DESDE'],
  linkHead: ['ID', 'ESTADO', 'TERMINA', 'ABIERTO', 'VECES', 'INTENTOS TRAS EL FIN', 'NÚMERO'],
  linkStates: { waiting: 'espera', linked: 'vinculado', expired: 'vencido', revoked: 'revocado' },
  keyHead: ['ID', 'NOMBRE', 'INQUILINO', 'PERMISOS', 'SESIONES', 'VENCE', 'ÚLTIMO USO'],
  machineHead: ['MÁQUINA', 'ESTADO', 'SESIONES', 'MEMORIA LIBRE', 'DISCO LIBRE', 'VISTA', 'VERSIÓN', 'DIRECCIÓN'],
  noTenant: 'Todavía no hay ningún inquilino. Agregue uno: ./leadmaster tenants create NOMBRE',
  noKey: 'Todavía no hay ninguna clave. Haga una: ./leadmaster keys create NOMBRE --tenant INQUILINO',
  noMachine: 'Todavía no hay ninguna máquina. Agregue una: ./leadmaster machines add NOMBRE URL --token-file FILE',
  tenantMade: (name) =>
    `${name} está agregado. Haga una clave para él: ./leadmaster keys create NOMBRE --tenant ${name}`,
  keyOnce: 'Esta clave se muestra solo esta vez. Guárdela como una contraseña.',
  noLink: (name) => `${name} no tiene enlaces. Haga uno: ./leadmaster links create ${name}`,
  linkOnce: (until) => `Envíe este enlace al dueño del teléfono. Se muestra solo esta vez, y termina ${until}.`,
  askRevokeLink: (id) => `¿Revocar el enlace ${id}? Si su página está abierta, termina al momento.`,
  linkRevoked: (id) => `El enlace ${id} está revocado.`,
  theToken: 'el token de la máquina',
  freeOf: (free, total) => `${free} de ${total}`,
  askRemoveTenant: (name) => `¿Quitar el inquilino ${name} y todas sus claves?`,
  askRemoveMachine: (name) => `¿Quitar la máquina ${name} de detrás del hub?`,
  askRevoke: (id) => `¿Revocar la clave ${id}? Los programas que la usan quedan rechazados al momento.`,
  other_log: (name) =>
    `${name} tiene otro registro que el que se leía. Acéptelo cuando sepa por qué: ./leadmaster machines change ${name} --accept-log`,
  sendingOfTenant: (name, sending) =>
    sending === 'on' ? `Las sesiones de ${name} pueden enviar.` : `Las sesiones de ${name} solo escuchan.`,
  sendingOfMachine: (name, sending) =>
    sending === 'on'
      ? `Las sesiones de la máquina ${name} pueden enviar.`
      : `Las sesiones de la máquina ${name} solo escuchan.`,
  untold: (machine) =>
    `${machine} todavía no lo sabe. Se le dice en cuanto responde, y antes de que le llegue un texto por el hub.`,
  listens: 'solo escucha',
  linkedTwice: (account, sessions) => `${account} está vinculada en varias sesiones: ${sessions}`,
  removed: (name) => `${name} se ha quitado.`,
  revoked: (id) => `La clave ${id} está revocada.`,
};
