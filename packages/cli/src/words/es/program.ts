import type { instead as enInstead, program as enProgram, rules as enRules } from '../en/program.ts';

export const program: typeof enProgram = {
  about: 'Mantiene las sesiones de WhatsApp Web vivas, seguras y trasladables.',
  footer: `
Códigos de salida: 0 hecho; 1 la respuesta es no, o falló; 2 mal uso; 3 no se encontró; 4 otro estado;
5 no permitido; 6 el servicio no responde; 130 interrumpido. Con --json todo queda en inglés, y los errores
son {"error": {...}} en la salida estándar; el registro de un servicio va a la salida de errores.`,
  afterError: '(./leadmaster --help muestra los comandos)',
  seeHelp: './leadmaster --help muestra los comandos.',
  noCommand: 'No se dio ningún comando, o está incompleto.',
  version: 'muestra la versión',
  help: 'muestra la ayuda del comando',
  json: 'imprime JSON',
  machine: 'la máquina detrás del hub a la que se refiere; vea "machines list"',
  demo: 'trabaja en la carpeta de datos de la demo',
  titles: {
    'Usage:': 'Uso:',
    'Arguments:': 'Argumentos:',
    'Options:': 'Opciones:',
    'Commands:': 'Comandos:',
  },
  places: {
    address: 'dirección',
    code: 'código',
    command: 'comando',
    count: 'cantidad',
    date: 'fecha',
    dir: 'carpeta',
    feature: 'función',
    file: 'archivo',
    'file.png': 'archivo.png',
    hours: 'horas',
    id: 'id',
    key: 'clave',
    'key=value': 'clave=valor',
    kind: 'tipo',
    language: 'idioma',
    machine: 'máquina',
    name: 'nombre',
    number: 'número',
    options: 'opciones',
    phone: 'teléfono',
    scope: 'permiso',
    seconds: 'segundos',
    tenant: 'inquilino',
    text: 'texto',
    time: 'momento',
    to: 'destino',
    url: 'url',
  },
  default: 'si no se indica',
  choices: 'uno de',
  none: 'ninguna',
};

const NAME =
  'el nombre de una sesión tiene de 1 a 63 caracteres: letras minúsculas sin tilde, dígitos, "_" y "-", y empieza con una letra o un dígito; la de un inquilino lleva antes el inquilino y un punto, como en acme.ventas';
const PHONE = 'un número de teléfono con su código de país, como +54 9 11 2345-6789';
const RECIPIENT =
  'un número de teléfono con código de país, como +54 9 11 2345-6789, o un id de WhatsApp que termina en @c.us, @s.whatsapp.net, @lid o @g.us';

export const rules: typeof enRules = {
  sessionName: `Nota: ${NAME}.`,
  machine: 'Nota: el nombre de una máquina tiene de 1 a 63 letras minúsculas, cifras y "-".',
  noSession: (text) => `${JSON.stringify(text)} no es una sesión: ${NAME}.`,
  phone: `Debe ser ${PHONE}.`,
  recipientIs: RECIPIENT,
  recipient: `Debe ser ${RECIPIENT}.`,
  atOnce: 'Debe ser un número entero de 1 a 20.',
  seconds: 'Debe ser un número entero de segundos, 600 como máximo.',
  cursor: 'Debe ser el número de un evento, solo o como NÚMERO@REGISTRO.',
  limit: 'Debe ser un número entero de 1 a 1000.',
  hours: (most) => `Debe ser un número entero de horas, de 1 a ${most}.`,
  idempotencyKey: 'Debe tener de 1 a 255 caracteres ASCII imprimibles.',
  oneOf: (words) => `Debe ser uno de ${words}.`,
  time: 'Debe ser un momento, como 2027-01-31 o 2027-01-31T18:00Z.',
  wholeNumber: 'Debe ser un número entero de 0 a 1000000.',
  lineNumber: 'Debe ser el número de una línea, como lo muestra la lista.',
  keyValue: 'Debe ser CLAVE=VALOR.',
  proto: '__proto__ no puede ser una clave; elija otra.',
};

export const instead: typeof enInstead = {
  noSuchCommand: (command) => `No hay ningún comando "${command}".`,
  logs: 'El servicio escribe su registro donde se ejecuta: su terminal, "journalctl -u leadmaster" o "pm2 logs leadmaster". Lo que pasó con las sesiones: ./leadmaster events',
  settings: 'La configuración está en .env (.env.example la describe toda); la que está en vigor: ./leadmaster report',
  backup: 'Tome una copia: ./leadmaster snapshot create NOMBRE',
  restore: 'Vuelva a una copia: ./leadmaster snapshot restore NOMBRE',
  showQr: 'Muestre el QR: ./leadmaster qr NOMBRE',
  startsService: (command) => `"start" ejecuta el servicio. Una sesión: ${command}`,
  session: (command) => `Una sesión: ${command}.`,
  theService: ' El servicio mismo: donde se ejecuta (Ctrl-C, systemctl, pm2).',
};
