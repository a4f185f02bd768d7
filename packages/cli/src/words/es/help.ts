import type { help as enHelp } from '../en/help.ts';

export const help: typeof enHelp = {
  shared: {
    name: 'la sesión',
    wait: 'espera un estado que dure',
    passphraseFile: 'lee la contraseña de un archivo, en vez de pedirla o de LEADMASTER_PASSPHRASE',
    id: 'su id, el comienzo de él, o "latest" (la más nueva)',
    latest:
      'su id, el comienzo de él, o "latest": la más nueva que no tomó una restauración del perfil que reemplazaba (before_restore)',
  },
  account: {
    about: 'resuelve WRONG_ACCOUNT: conserva la cuenta que se vinculó, o quita su vínculo',
    accept: 'la cuenta es la correcta: desde ahora la sesión es de ella',
    unlink: 'quita el vínculo en WhatsApp y muestra un QR nuevo',
  },
  adopt: {
    about: 'hace una sesión de un perfil que guardaba otro programa, o que ya está en la carpeta de datos',
    dir: 'la carpeta del perfil: session-CLIENTID, tokens/NOMBRE, RemoteAuth-CLIENTID, o una que la contiene',
    name: 'cómo se llama la sesión',
    move: 'toma la carpeta de donde está: ese programa ya no encontrará su login',
    copy: 'la deja donde está; la copia arranca cuando usted haya confirmado que la anterior no funcionará más',
    originRetired: 'lo confirma de una vez: usted está seguro de eso',
  },
  builds: {
    about: 'muestra las versiones de WhatsApp Web que se vieron aquí, y qué se piensa de cada una',
  },
  capabilities: {
    about: 'muestra qué puede hacer la página de WhatsApp Web de una sesión, según su última prueba',
    override: 'la usa aunque la prueba la dé por rota; se puede repetir',
    reset: 'vuelve a hacer caso a la prueba',
  },
  check: {
    about:
      'revisa en el disco el perfil de una sesión; funciona sin el servicio. Código de salida 1: no es válido, o no está vinculada',
  },
  doctor: {
    about: 'busca problemas y propone soluciones; funciona sin el servicio. Código de salida 1: hay un problema',
    fix: 'antes hace lo que es seguro: permisos, bloqueos de procesos muertos, un .gitignore en una carpeta de datos propia',
    noNetwork: 'no pide la página de WhatsApp Web',
    code: 'compara con el disco las carpetas que el código de esa carpeta nombra para sesiones',
    keyCopied: 'anota que hay una copia de la clave de la bóveda en otro lugar; con un archivo, antes la compara',
    lang: 'el idioma de la respuesta',
  },
  events: {
    about: 'imprime lo que pasó, empezando por lo más antiguo',
    name: 'solo de esta sesión',
    follow: 'sigue con lo que pase desde ahora; termina con Ctrl-C',
    after: 'empieza después de este evento, por su número o como NÚMERO@REGISTRO; si falta, muestra los más nuevos',
    limit: 'cuántos como máximo, de 1 a 1000',
  },
  export: {
    about: 'escribe una sesión en un archivo cifrado, para llevarla a otro lugar: una copia nueva si no se indica otra',
    file: 'el archivo que se escribe',
    snapshot: 'esta copia, en vez de una nueva',
    kind: 'de la copia nueva',
    retire: 'y entrega la sesión aquí, para siempre: sigue donde se importe el archivo',
    force: 'sobrescribe un archivo que ya existe',
  },
  hub: {
    about: 'arranca solo el hub, delante de gestores de sesiones que funcionan en otro lugar',
  },
  open: { about: 'muestra un enlace que abre el panel en un navegador' },
  keys: {
    about: 'hace, lista y revoca las claves del hub',
    create: {
      about: 'hace una clave; se muestra solo esta vez',
      name: 'para qué es',
      tenant: 'una clave de este inquilino; sin esto, del operador',
      scopes: 'qué puede hacer; si son varios, con espacios o comas entre uno y otro',
      sessions: 'vale solo para estas sesiones',
      addresses: 'vale solo desde estas direcciones: 10.1.2.3, 10.0.0.0/8',
      expires: 'cuándo vence: 2027-01-31',
    },
    list: { about: 'lista las claves, sin sus secretos', tenant: 'solo las de este inquilino' },
    revoke: {
      about: 'termina una clave al momento, con lo que tenga abierto',
      id: 'su id, como lo muestra la lista',
      yes: 'no pregunta',
    },
  },
  links: {
    about: 'hace, lista y revoca enlaces con los que el dueño de un teléfono lo vincula',
    create: {
      about: 'hace un enlace para una sesión; su dirección se muestra solo esta vez',
      minutes: 'cuánto tiempo vale, en minutos; 30 si no se indica',
      phone: 'el número que se va a vincular: con esto, ningún otro',
      language: 'de su página; según el navegador si no se indica',
    },
    list: { about: 'lista los enlaces de una sesión, y cuántas veces se usaron' },
    revoke: {
      about: 'termina un enlace al momento',
      id: 'su id, como lo muestra la lista',
      yes: 'no pregunta',
    },
  },
  machines: {
    about: 'agrega, lista, vacía y quita los gestores de sesiones de detrás del hub',
    name: 'cómo se llama la máquina aquí',
    add: {
      about: 'pone un gestor de sesiones detrás del hub; fuera de esta máquina, solo por https',
      url: 'su dirección, como https://host:3001',
      tokenFile: 'un archivo con su token: service.token de su carpeta de datos',
      peerUrl: 'dónde la alcanzan las otras máquinas, si es otra dirección que la que usa el hub',
    },
    list: { about: 'lista las máquinas, con su espacio y cuándo respondieron por última vez' },
    change: {
      about: 'da sus nuevas direcciones o su nuevo token, o acepta que su registro es otro',
      acceptLog:
        'su registro se reemplazó, o su carpeta de datos se restauró: se sigue leyendo desde lo que tiene ahora',
    },
    drain: {
      about: 'no crea allí ninguna sesión nueva; con --move, traslada sus sesiones a las otras máquinas',
      move: 'traslada sus sesiones a las otras máquinas, y nombra las que no se pudieron trasladar',
      atOnce: 'cuántas sesiones se trasladan a la vez; 2 si no se indica',
      undo: 'lo deja como antes',
    },
    remove: {
      about: 'quita de detrás del hub una máquina que no tiene sesiones',
      force: 'también si tiene sesiones: siguen allí, y el hub las olvida',
      yes: 'no pregunta',
    },
  },
  audit: {
    about: 'muestra quién hizo qué a través del hub, lo guarda en otro lugar y dice si está completo',
    list: {
      about: 'lista lo que se hizo, lo más reciente al final',
      tenant: 'solo lo que trata de este inquilino',
      session: 'solo lo que trata de esta sesión, por su nombre completo',
      after: 'lo que vino después de la línea de este número',
      limit: 'cuántas como máximo',
    },
    export: {
      about: 'escribe todas las líneas en un archivo, y la cabeza de la auditoría como la última',
      file: 'adónde; líneas de JSON',
      force: 'escribe sobre un archivo de ese nombre',
    },
    verify: {
      about: 'lee todas las líneas y dice si alguna se quitó, se cambió o se cortó; si es así, código de salida 1',
      file: 'una exportación de antes: todo hasta su cabeza debe estar como estaba',
    },
  },
  move: {
    about: 'traslada una sesión a otra máquina de detrás del hub; repetido, la sigue hasta el final',
    machine: 'la máquina a la que va',
  },
  tenants: {
    about: 'agrega, lista y quita los inquilinos de la instalación',
    name: 'el inquilino',
    create: {
      about: 'agrega un inquilino: sus sesiones se llaman INQUILINO.SESIÓN',
      title: 'cómo se llama entre personas',
      sessions: 'cuántas sesiones puede tener',
      keys: 'cuántas claves puede tener',
      acceptRemains: 'lo que las máquinas tienen o pueden tener con este nombre es suyo',
    },
    list: { about: 'lista los inquilinos' },
    remove: { about: 'quita un inquilino que no tiene sesiones, y sus claves', yes: 'no pregunta' },
  },
  import: {
    about:
      'hace una sesión de un archivo exportado; arranca cuando usted haya confirmado que el lugar anterior está retirado',
    file: 'el archivo exportado',
    name: 'cómo se llama la sesión; como en el archivo si no se indica',
    originRetired: 'el lugar del que viene no la ejecutará nunca más: usted está seguro de eso',
    replace: 'la pone en lugar de una sesión detenida de ese nombre, que va a la papelera',
    overwriteNewer: 'también si el login que hay es más nuevo',
    otherAccount: 'también si es de otra cuenta que la sesión de aquí',
    start: 'y la arranca',
  },
  pair: {
    about: 'vincula una cuenta con un código que se escribe en el teléfono, en vez de un QR; espera hasta READY',
    phone: 'el número de la cuenta, con código de país',
    noWait: 'imprime el código y termina',
  },
  phone: {
    about: 'los teléfonos simulados de una demo en marcha',
    scan: {
      about: 'escanea el QR de una sesión con su teléfono simulado',
    },
    pair: {
      about:
        'escribe un código de vinculación en el teléfono simulado de una sesión; sin código, muestra el número de ese teléfono',
      code: 'el código, como lo muestra un enlace o "pair" para ese número',
    },
    send: {
      about: 'hace que un cliente simulado le escriba a la cuenta de una sesión',
      text: 'el texto',
    },
    unlink: {
      about: 'quita la sesión de los dispositivos vinculados de su teléfono simulado',
    },
    inbox: {
      about: 'lo que le llegó al cliente simulado; con un nombre, lo que le llegó al teléfono de esa sesión',
      name: 'una sesión',
    },
  },
  place: {
    about:
      'muestra dónde está la carpeta de datos; libera las sesiones que esperan porque es una copia, está en otro disco o se restauró de una copia de seguridad; funciona sin el servicio',
    show: {
      about: 'muestra dónde está y dónde estaba la carpeta de datos, y qué sesiones esperan por eso',
    },
    accept: {
      about:
        'libera las sesiones que esperan porque la carpeta de datos es una copia, está en otro disco o se restauró de una copia de seguridad, y las arranca',
      name: 'las sesiones; si no se indican, todas las que esperan',
      originRetired: 'el lugar anterior no ejecutará nunca más estas sesiones: usted está seguro de eso',
    },
  },
  qr: {
    about:
      'vincula una cuenta: crea y arranca la sesión si hace falta, muestra su QR hasta que se escanea y está READY',
    save: 'también escribe cada QR en este archivo, para terminales demasiado chicas',
  },
  recent: {
    about: 'muestra lo que cambió hace poco en el perfil de una sesión, lo más nuevo primero; funciona sin el servicio',
    hours: 'hasta cuándo atrás',
    limit: 'cuántos como máximo',
  },
  record: {
    about:
      'escribe en un archivo cómo es por dentro la página de WhatsApp, sin nada de la cuenta; o compara uno de esos archivos',
    name: 'la sesión; no hace falta que esté vinculada',
    out: 'lo escribe ahí (si falta: leadmaster-recording-DÍA.json)',
    force: 'sobrescribe un archivo que ya existe',
    check: 'muestra en qué difiere un archivo así del WhatsApp simulado. Código de salida 1: difiere',
    page: 'la página del WhatsApp simulado con la que se compara',
  },
  recover: {
    about: 'muestra las sesiones que tiene la bóveda, y recupera las que se nombran; funciona sin el servicio',
    name: 'las sesiones que se recuperan',
    all: 'recupera todas las que no están aquí, salvo las que se borraron o trasladaron a propósito',
    hub: 'recupera en cambio el hub, de su última copia en la bóveda; con los servicios detenidos',
    originRetired: 'confirma que la máquina que las ejecutaba no lo hará nunca más',
    otherAccount: 'también si la copia más nueva es de otra cuenta que la que la sesión tenía aquí',
    yes: 'no pregunta; --origin-retired hay que indicarlo',
    noStart: 'las deja detenidas',
  },
  report: {
    about: 'imprime dónde y cómo están las sesiones, según los hechos de ahora, en Markdown; funciona sin el servicio',
    out: 'lo escribe ahí, para que solo lo lea su dueño',
    code: 'también trata de las carpetas que el código de esa carpeta nombra para sesiones',
  },
  send: {
    about: 'envía un texto, y espera a que el servidor de WhatsApp lo tenga',
    text: 'el texto',
    noWait: 'no espera la confirmación',
    timeout: 'cuánto la espera',
    idempotencyKey: 'enviar otra vez con la misma clave no envía nada dos veces',
  },
  sending: {
    about:
      'enciende o apaga el envío: de una sesión, o en el hub de un inquilino o de una máquina; apagado, se cuenta todo y no se envía nada',
    words: 'la sesión y on u off; con --tenant o --machine, solo on u off',
    tenant: 'de todas las sesiones de este inquilino, en todas las máquinas',
    machine: 'de todas las sesiones de esta máquina',
  },
  session: {
    about: 'crea, cambia, arranca, detiene, reinicia, desvincula o borra una sesión',
    create: {
      about: 'crea una sesión, y la arranca',
      noStart: 'la deja detenida',
      metadata: 'notas de usted, que se guardan con la sesión',
    },
    set: {
      about: 'cambia lo que está anotado junto a una sesión, o el único número que se puede vincular en ella',
      metadata: 'notas de usted, en lugar de todas las que había',
      noMetadata: 'las quita todas',
      expect: 'el único número que se puede vincular: otro es WRONG_ACCOUNT',
      noExpect: 'se puede vincular cualquier número',
    },
    start: {
      about: 'arranca una sesión',
      originRetired:
        'el lugar del que viene esta copia de un login no la ejecutará nunca más: usted está seguro de eso',
      olderLogin: 'arranca el login que hay aunque la bóveda tenga uno más nuevo',
    },
    stop: { about: 'detiene una sesión; su login se conserva' },
    restart: { about: 'detiene una sesión y la arranca otra vez' },
    logout: {
      about: 'desvincula la cuenta en WhatsApp; el perfil va a la papelera',
      yes: 'no pregunta',
    },
    delete: {
      about: 'borra una sesión; su perfil va a la papelera, sus copias quedan',
      purge: 'además destruye la clave de sus copias: no se podrán leer nunca más',
      otherWriters: 'con --purge: también si otra instalación escribió algunas',
      yes: 'no pregunta',
    },
  },
  sessions: {
    about: 'muestra las sesiones de esta máquina',
    name: 'solo esta',
  },
  snapshot: {
    create: {
      about: 'toma una copia de una sesión, que mientras tanto sigue funcionando',
      name: 'la sesión',
      kind: 'más de lo que necesitan un login y su historial',
      all: 'de todas las sesiones, una tras otra',
    },
    list: {
      about: 'muestra las copias, la más nueva primero; funciona sin el servicio',
      name: 'solo de esta sesión',
    },
    show: {
      about: 'muestra lo que se sabe de una copia',
      files: 'también muestra sus archivos',
    },
    delete: {
      about: 'borra una copia; su espacio queda libre después del próximo prune',
      otherWriters: 'también una que escribió otra instalación',
      yes: 'no pregunta',
    },
    prune: {
      about: 'borra las copias que SNAPSHOT_KEEP no conserva, y libera lo que ninguna copia necesita',
      name: 'solo de esta sesión',
      yes: 'no pregunta',
    },
    restore: {
      about: 'pone una copia en lugar del perfil de una sesión; funciona sin el servicio',
      start: 'después arranca la sesión',
      restart: 'antes la detiene si está en marcha, y después la arranca',
      overwriteNewer: 'también sobre un login que es más nuevo que la copia',
      otherAccount: 'también si la copia es de otra cuenta que la sesión, o de un vínculo de otra instalación',
      yes: 'no pregunta',
      to: 'solo escribe los archivos de la copia en esta carpeta',
    },
    verify: {
      about: 'lee cada byte que una copia necesita; funciona sin el servicio. Código de salida 1: está dañada',
      drill: 'también arranca un ejemplar restaurado de ella, sin ninguna red',
    },
    about: 'toma, muestra, verifica, restaura y borra copias de sesiones',
  },
  start: {
    about: 'arranca todo; antes busca o instala un navegador. Termina en orden con Ctrl-C o SIGTERM',
    demo: 'contra el WhatsApp simulado que trae, con teléfonos simulados y datos propios',
    empty: 'con --demo: sin los tres clientes simulados ni la segunda máquina',
  },
  sessionManager: {
    about: 'arranca solo el gestor de sesiones',
    exitWithParent: 'termina cuando se cierra la entrada estándar',
  },
  storage: {
    about: 'muestra el tamaño de los perfiles, por clase y carpeta; funciona sin el servicio',
    name: 'solo de esta sesión',
  },
  transfer: {
    about: 'lleva una sesión a otra máquina que ejecuta LeadMaster; repetido, termina lo que se empezó',
    to: 'la otra máquina, como https://other.example:3001',
    keyFile: 'lee la clave de la otra máquina de un archivo, en vez de pedirla o de LEADMASTER_TARGET_KEY',
    undo: 'deshace lo que se empezó, cuando la otra máquina lo haya abandonado',
  },
  trim: {
    about: 'borra la caché que WhatsApp puede descargar otra vez; el login y los mensajes quedan',
    restart: 'antes detiene la sesión si está en marcha, y después la arranca',
  },
  vault: {
    accept: {
      about: 'confirma que se repuso a propósito una bóveda anterior, o que vale otra bóveda; funciona sin el servicio',
      name: 'una bóveda anterior, para esta sesión; si falta: otra bóveda que antes',
      yes: 'no pregunta',
    },
    create: {
      about: 'crea una bóveda nueva y vacía en VAULT_URL con una clave que es de otra; también junto a un servicio',
      new: 'la otra bóveda se abandona, o no es la que vale aquí',
    },
    repair: {
      about: 'escribe de nuevo el encabezado de la bóveda si se perdió o dañó, cuando la clave lo comprueba',
    },
    about: 'acepta una bóveda anterior, u otra; crea una nueva; repara su encabezado; cambia su clave maestra',
    rotateKey: {
      about: 'le da a la bóveda otra clave maestra, con el servicio apagado; ninguna copia se sube otra vez',
      file: 'un archivo con la clave nueva: 64 dígitos hexadecimales',
    },
  },
  where: {
    about: 'imprime la carpeta del perfil de una sesión; funciona sin el servicio',
  },
};
