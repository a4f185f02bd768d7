import type { machines as en } from '../en/machines.ts';

export const machines: typeof en = {
  add: 'Agregar una máquina',
  none: 'Todavía no hay ninguna máquina',
  noneText: 'Una máquina ejecuta los navegadores de las sesiones. Sin ninguna, el hub no tiene nada detrás.',
  states: { up: 'Responde', down: 'No responde', draining: 'En vaciado' },
  since: (time) => `desde hace ${time}`,
  lastSeen: (time) => `Respondió por última vez hace ${time}. Si funciona, sus sesiones siguen sin el hub.`,
  look: 'En esa máquina, en una terminal:',
  draining: (left) =>
    left === 0
      ? 'No recibe sesiones nuevas y no le queda ninguna: se puede quitar.'
      : `No recibe sesiones nuevas. Le ${left === 1 ? 'queda 1' : `quedan ${left}`}.`,
  otherLog: 'Su registro no es el que se leía aquí. No se lee nada de ella hasta que usted lo acepte.',
  unreadable:
    'Responde de otra forma que la que este hub lee, así que faltan sus novedades. Ponga los dos en la misma versión.',
  acceptLog: 'Aceptar su registro',
  acceptLogTitle: (name) => `¿Aceptar el registro de ${name}?`,
  acceptLogText:
    'Su carpeta de datos se reemplazó, o se restauró desde una copia de seguridad. El hub sigue leyendo desde lo que la máquina tiene ahora, y sus sesiones se muestran como están allí. Averigüe antes por qué es otro.',
  memory: 'Memoria libre',
  disk: 'Disco libre',
  of: (free, total) => `${free} de ${total}`,
  version: 'Versión',
  peers: (url) => `Las otras máquinas la alcanzan en ${url}`,
  drain: 'No darle más',
  drainTitle: (name) => `¿No darle más sesiones a ${name}?`,
  drainText:
    'No se crea en ella ninguna sesión nueva. Las que tiene quedan y siguen en marcha. Puede deshacerlo cuando quiera.',
  undrain: 'Darle más',
  empty: 'Vaciar',
  emptyTitle: (name) => `¿Vaciar ${name}?`,
  emptyText: (count) =>
    `${count === 1 ? 'Su sesión se traslada' : `Sus ${count} sesiones se trasladan`} a las otras máquinas, de a dos. Cada una se detiene unos segundos mientras se entrega; no hace falta ningún QR. Aquí no se crea ninguna sesión nueva.`,
  noOther: 'No hay otra máquina que responda y reciba sesiones: nada se podría trasladar. Agregue antes una.',
  progress: (done, total) => `${done} de ${total} listas`,
  beginning: 'Comenzando',
  emptyGoesOn: 'Continúa sin esta página.',
  moved: (count) => (count === 1 ? 'Se trasladó 1 sesión.' : `Se trasladaron ${count} sesiones.`),
  left: 'Estas no se pudieron trasladar:',
  remove: 'Quitar',
  removeTitle: (name) => `¿Quitar ${name}?`,
  removeText:
    'El hub olvida la máquina y su clave. El gestor de sesiones, sus perfiles y su bóveda quedan como están, y se puede agregar otra vez.',
  force: (count) =>
    `También con ${count === 1 ? 'su sesión: sigue' : `sus ${count} sesiones: siguen`} en marcha allí, y el hub ${count === 1 ? 'la' : 'las'} olvida`,
  form: {
    title: 'Agregar una máquina',
    intro:
      'Una máquina es otra computadora que ejecuta un gestor de sesiones. Antes de guardarla, el hub le pregunta con la clave: debe responder, aceptar la clave y tener la misma versión. Fuera de esta computadora, su dirección debe ser https.',
    name: 'Nombre',
    nameRule: 'Letras minúsculas, dígitos y -: cómo se llama aquí',
    url: 'Dirección',
    urlRule: 'Esquema, nombre y puerto de su gestor de sesiones: https://host:3001',
    token: 'Clave',
    tokenRule: 'Lo que contiene service.token de su carpeta de datos:',
    tokenCommand: 'cat data/service.token',
    peers: 'Las otras máquinas la alcanzan en otra dirección',
    peerUrl: 'Dirección para las otras máquinas',
    peerRule: 'Para trasladar sesiones; sin ella usan la dirección de arriba',
    submit: 'Probarla y agregarla',
    submitting: 'Probándola',
  },
};
