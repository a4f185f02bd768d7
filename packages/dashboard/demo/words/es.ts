import type { SideWords } from './en.ts';

/** Lo que muestra el costado de la demo, en español. */
export const es: SideWords = {
  title: 'Demo',
  open: 'Mostrar la demo',
  close: 'Ocultar la demo',
  note: 'A WhatsApp lo hace un simulador. Nada sale de esta máquina.',
  preparing: 'Los teléfonos de los tres clientes los están vinculando. Lleva unos segundos.',
  tabs: { tour: 'Recorrido', phone: 'Teléfono' },
  phone: {
    of: 'Teléfono de',
    none: 'Todavía no hay sesiones. Agregue una, y su teléfono aparece aquí.',
    linked: 'Vinculado con LeadMaster',
    notLinked: 'Sin vincular',
    offline: 'Vinculado, y sin conexión',
    banned: 'Bloqueado por WhatsApp',
    scan: 'Escanear el QR',
    scanNote: 'Se puede mientras la sesión muestra su QR.',
    unlink: 'Desvincular el dispositivo',
    offlineDo: 'Cortar la línea',
    online: 'Devolver la línea',
    ban: 'Bloquear la cuenta',
    unban: 'Levantar el bloqueo',
    kill: 'Matar su navegador',
    write: 'Un cliente escribe',
    text: 'Texto',
    send: 'Enviar',
    lastGot: 'Al cliente le llegó',
    whatsapp: 'WhatsApp',
    build: 'sirve la versión',
    bad: 'en la que no se puede enviar',
    badBuild: 'Servir una versión rota',
    goodBuild: 'Servir una versión buena',
  },
  tour: {
    progress: (done, all) => `${done} de ${all} vistos`,
    seen: 'visto',
    again: 'Otra vez',
    restart: 'Empezar el recorrido de nuevo',
    over: 'Ese fue el recorrido. Todo se puede repetir con el teléfono, o en cualquier sesión.',
    running: 'Mirando ...',
    after: (time) => `a los ${time}`,
    steps: {
      link: {
        title: 'Vincular un teléfono',
        text: (session) =>
          `A ${session} la desvincularon desde su teléfono, y espera que la escaneen. El recorrido la abre, muestra su QR y hace que el teléfono lo escanee.`,
        action: 'Escanear el QR',
      },
      kill: {
        title: 'Matar el navegador',
        text: (session) =>
          `El navegador de ${session} recibe kill -9, como cuando se acaba la memoria. La sesión vuelve sin otro QR.`,
        action: 'Matarlo',
      },
      snapshot: {
        title: 'Tomar una copia',
        text: () =>
          'Una copia cifrada del login y de los chats, mientras la sesión sigue en marcha. Después se vuelve a leer cada byte.',
        action: 'Tomarla y comprobarla',
      },
      restore: {
        title: 'Perder la carpeta y restaurarla',
        text: () =>
          'Se borra del disco la carpeta de la sesión. Se detiene y no pide ningún QR; la copia devuelve el login.',
        action: 'Perder y restaurar',
      },
      move: {
        title: 'Trasladarla a la otra máquina',
        text: () => 'La sesión pasa al segundo gestor de sesiones, y sigue allí. Nunca está en dos lugares.',
        action: 'Trasladarla',
      },
      build: {
        title: 'Se detiene una versión mala',
        text: () =>
          'WhatsApp sirve una versión en la que no se puede enviar. Una sesión, la que prueba, la abre; las demás siguen con la buena. El veredicto tarda cerca de un minuto: lo que falta se busca dos veces, con 30 segundos de por medio.',
        action: 'Servir la versión',
      },
    },
    saw: {
      created: (session) => `${session} fue creada`,
      qr: 'Se muestra el QR',
      scanned: 'El teléfono lo escaneó',
      ready: 'READY: está comprobado que el login llegó al disco',
      lost: (state, reason) => `${state}: ${reason}`,
      back: 'READY otra vez, sin QR',
      taken: (size, pause) => `Tomada: ${size}. El navegador estuvo quieto ${pause} ms`,
      proven: 'Comprobada: se volvió a leer cada byte',
      notProven: 'La copia está dañada',
      deleted: 'La carpeta ya no está',
      held: (state) => `${state}: no se pidió ningún QR y no se escribió nada encima`,
      restored: 'READY: el login volvió de la copia',
      moving: (machine) => `En camino a ${machine}`,
      moved: (machine) => `READY en ${machine}, sin QR`,
      served: (build) => `WhatsApp sirve ${build}`,
      canary: (session) => `${session} la prueba; antes se copió su login`,
      noGood: 'Antes, la versión actual tiene que pasar su propia prueba: 45 s de READY',
      bad: (reason) => `Veredicto: mala (${reason})`,
      wentBack: (session, build) => `${session} está READY en ${build} otra vez`,
      noOther: 'No hay segunda máquina. Arranque la demo sin --empty.',
    },
  },
};
