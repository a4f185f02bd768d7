import type { recordings as enRecordings } from '../en/recordings.ts';

export const recordings: typeof enRecordings = {
  oneOfTwo: 'Indique una sesión que registrar, o un archivo con --check: uno de los dos.',
  both: './leadmaster record NOMBRE, o ./leadmaster record --check ARCHIVO',
  whatItHolds:
    'Contiene nombres del código de WhatsApp, estados, tamaños y horas. No hay en él ningún texto, número, clave ni nombre de la cuenta.',
  restartService:
    'El servicio y la línea de comandos son de versiones distintas: reinicie el servicio, y dé el comando otra vez.',
  answerIsNone: 'Lo que respondió el servicio no es un registro de página.',
  page: (date, linked) => `la página de ${date} del WhatsApp simulado, ${linked ? 'vinculada' : 'sin vincular'}`,
  noDifference: (page) => `Ninguna diferencia con ${page}.`,
  differences: (count, page) => `${count} con ${page}.`,
  differs: (path, page) => `${path} difiere de ${page}.`,
  what: {
    module: 'módulo',
    export: 'exportación',
    state: 'estado',
    message_key: 'clave de mensaje',
    chat_id: 'id de chat',
    database: 'base de datos',
  },
  cells: {
    'not recorded': 'no registrado',
    'no field': 'sin campo',
    'never there': 'nunca ahí',
    absent: 'no está',
  },
  head: ['QUÉ', 'NOMBRE', 'ARCHIVO', 'SIMULADO'],
  isNone: (path, why) => `${path} no es un registro de página: ${why}.`,
  takeAsWritten: 'Es lo que escribe "./leadmaster record NOMBRE"; use el archivo tal como se escribió.',
  notJson: 'no es JSON, o no está completo',
  noFile: 'no es un archivo',
  tooLarge: 'es demasiado grande para serlo',
  otherProgram: 'lo escribió otro programa',
  notAsRecorded: 'algo en él no está como se registró',
  otherVersion: 'lo escribió otra versión de LeadMaster',
};
