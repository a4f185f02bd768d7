import type { hub as enHub } from '../en/hub.ts';

export const hub: typeof enHub = {
  operator: '(operador)',
  all: 'todas',
  tenantHead: ['INQUILINO', 'TÍTULO', 'SESIONES', 'CLAVES', 'DESDE'],
  keyHead: ['ID', 'NOMBRE', 'INQUILINO', 'PERMISOS', 'SESIONES', 'VENCE', 'ÚLTIMO USO'],
  machineHead: ['MÁQUINA', 'ESTADO', 'SESIONES', 'MEMORIA LIBRE', 'DISCO LIBRE', 'VISTA', 'VERSIÓN', 'DIRECCIÓN'],
  noTenant: 'Todavía no hay ningún inquilino. Agregue uno: ./leadmaster tenants create NOMBRE',
  noKey: 'Todavía no hay ninguna clave. Haga una: ./leadmaster keys create NOMBRE --tenant INQUILINO',
  noMachine: 'Todavía no hay ninguna máquina. Agregue una: ./leadmaster machines add NOMBRE URL --token-file FILE',
  tenantMade: (name) =>
    `${name} está agregado. Haga una clave para él: ./leadmaster keys create NOMBRE --tenant ${name}`,
  keyOnce: 'Esta clave se muestra solo esta vez. Guárdela como una contraseña.',
  linkOnce: 'Abre el panel en un navegador, una sola vez, en diez minutos, con todo lo que su clave permite.',
  theToken: 'el token de la máquina',
  freeOf: (free, total) => `${free} de ${total}`,
  askRemoveTenant: (name) => `¿Quitar el inquilino ${name} y todas sus claves?`,
  askRemoveMachine: (name) => `¿Quitar la máquina ${name} de detrás del hub?`,
  askRevoke: (id) => `¿Revocar la clave ${id}? Los programas que la usan quedan rechazados al momento.`,
  other_log: (name) =>
    `${name} tiene otro registro que el que se leía. Acéptelo cuando sepa por qué: ./leadmaster machines change ${name} --accept-log`,
  removed: (name) => `${name} se ha quitado.`,
  revoked: (id) => `La clave ${id} está revocada.`,
};
