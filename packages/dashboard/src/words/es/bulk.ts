import type { bulk as english } from '../en/bulk.ts';

const sessionsOf = (count: number): string => (count === 1 ? '1 sesión' : `${count} sesiones`);

/** Orders for several sessions at once, in Spanish. */
export const bulk: typeof english = {
  pick: (name) => `Elegir ${name}`,
  pickAll: (count) => `Elegir las ${count} que se muestran`,
  picked: (count) => (count === 1 ? '1 elegida' : `${count} elegidas`),
  clear: 'Quitar la selección',
  asks: (order) => `¿${order}?`,
  deeds: {
    start: {
      label: 'Arrancar',
      order: (count) => `Arrancar ${sessionsOf(count)}`,
      does: 'Se arranca cada navegador. Una sesión sin vincular espera a que escaneen su QR.',
    },
    stop: {
      label: 'Detener',
      order: (count) => `Detener ${sessionsOf(count)}`,
      does: 'Se detiene cada navegador, y queda así hasta que se arranque de nuevo. Todos los logins se conservan.',
    },
    snapshot: {
      label: 'Copia',
      order: (count) => `Tomar una copia de ${sessionsOf(count)}`,
      does: 'Las sesiones siguen mientras tanto. Lo que la bóveda ya tiene no se guarda dos veces.',
    },
    trim: {
      label: 'Recortar',
      order: (count) => `Recortar ${sessionsOf(count)}`,
      does: 'Se borran las cachés. Los logins y los mensajes quedan; los archivos se descargan de nuevo cuando hacen falta.',
    },
    listen: {
      label: 'Envío apagado',
      order: (count) => `Apagar el envío de ${sessionsOf(count)}`,
      does: 'Desde ahora solo escuchan: se avisa de todo y no se envía nada. Lo que espera para enviarse falla.',
    },
    send: {
      label: 'Envío encendido',
      order: (count) => `Encender el envío de ${sessionsOf(count)}`,
      does: 'Desde ahora vuelven a enviar.',
    },
    move: {
      label: 'Trasladar',
      order: (count) => `Trasladar ${sessionsOf(count)}`,
      does: 'Cada una se detiene para la última parte del traslado y continúa en la otra máquina como está aquí. No hay que escanear ningún QR.',
    },
  },
  restart: 'También las que están en marcha: cada una se detiene para ello y se arranca de nuevo',
  toMachine: 'A la máquina',
  chooseMachine: 'Elija una máquina',
  passed: (count) => (count === 1 ? '1 se omite:' : `${count} se omiten:`),
  why: {
    unclaimed: 'el perfil aún no pertenece a ninguna sesión.',
    moved: 'ahora en otra máquina.',
    runs: 'en marcha.',
    stopped: 'sin nada que detener.',
    needsYou: 'a la espera de una decisión de usted, una por una.',
    notLinked: 'sin cuenta vinculada, así que no hay nada que guardar.',
    listens: 'ya solo en escucha.',
    sends: 'con el envío ya encendido.',
    offAbove: 'con el envío apagado en su inquilino o su máquina: se enciende allí.',
    isThere: 'ya en esa máquina.',
  },
  andMore: (count) => `y ${count} más`,
  cancelRest: 'Cancelar el resto',
  progress: ({ all, done, failed, left }) =>
    [
      `${done} de ${all} hechas`,
      ...(failed > 0 ? [`${failed} con fallo`] : []),
      ...(left > 0 ? [`${left} sin ordenar, porque usted canceló`] : []),
    ].join(' · '),
  outcomes: { waiting: 'en espera', working: 'en curso', done: 'hecha', failed: 'falló', left: 'sin ordenar' },
};
