import type { places as en } from '../en/places.ts';

export const places: typeof en = {
  label: 'Vistas',
  names: {
    sessions: 'Sesiones',
    machines: 'Máquinas',
    tenants: 'Inquilinos',
    keys: 'Claves',
    audit: 'Auditoría',
  },
  reload: 'Preguntar otra vez al hub',
  asOf: (time) => `datos de hace ${time}`,
  search: 'Buscar',
  pages: 'Páginas',
  noMatch: 'Nada coincide con la búsqueda.',
  operator: 'El operador',
  sessions: 'Sesiones',
  needYou: 'Por atender',
  change: 'Cambiar',
  save: 'Guardar',
  optional: 'opcional',
  sending: {
    label: 'Envíos',
    onlyListens: 'solo escucha',
    offTitle: (name) => `¿Desactivar los envíos de ${name}?`,
    onTitle: (name) => `¿Activar los envíos de ${name}?`,
    off: 'Desde ese momento sus sesiones solo escuchan: se informa lo que llega y no se envía nada. Los textos en cola fallan con sending_off.',
    on: 'Sus sesiones pueden enviar otra vez, salvo donde la sesión misma, su inquilino o su máquina lo tengan desactivado. Los textos que fallaron quedan fallidos.',
    switchOff: 'Desactivar',
    switchOn: 'Activar',
    untold: (machines) =>
      `Todavía no se le pudo decir a ${machines} lo que vale para los envíos. Se le dice en cuanto responde, y antes de que le llegue un texto por el hub.`,
  },
  doubles: {
    title: 'Una cuenta en varias sesiones',
    linked: (account) => `${account} está vinculada en`,
    advice: 'Cada una recibe lo que llega, y cada una puede responder. Conserve una y cierre las otras.',
  },
};
