import type { phones as enPhones } from '../en/demo.ts';

export const phones: typeof enPhones = {
  howTo: (customer, withClients) =>
    `Esta es la demo: a WhatsApp lo hace un simulador, y nada sale de esta máquina.${
      withClients
        ? ' Abra el enlace del panel: tres clientes,\nuna segunda máquina, y al costado un teléfono que escanea, desvincula, es bloqueado ...'
        : ''
    } En otra terminal:

${
  withClients
    ? '  ./leadmaster sessions                       los clientes y cómo están\n'
    : '  ./leadmaster qr ventas                      crea una sesión y muestra su QR\n'
}  ./leadmaster phone scan ventas              ${withClients ? 'escanea el' : 'escanea su'} QR con su teléfono simulado
  ./leadmaster send ventas ${customer} hola    le escribe a un cliente simulado
  ./leadmaster phone inbox                    lo que le llegó a ese cliente
  ./leadmaster phone send ventas "hola!"      el cliente le escribe a la sesión
  ./leadmaster events ventas                  lo que pasó
  ./leadmaster phone unlink ventas            la desvincula desde el teléfono
`,
  filling: 'Tres clientes se están vinculando con sus teléfonos simulados.',
  ofAnother: (folder) =>
    `${folder} es de una demo sin clientes, y queda como está. Para los tres clientes, borre antes esa carpeta.`,
  noClients: (why) => `Los clientes de la demo no están todos: ${why}`,
  scanned: (phone, name) => `El teléfono ${phone} escaneó el QR de ${name}.`,
  hasNumber: (phone, name) =>
    `El teléfono simulado de ${name} tiene el número +${phone}. Pida un código para él, y después: ./leadmaster phone pair ${name} CODIGO`,
  paired: (phone, name) => `El código se escribió en el teléfono ${phone} de ${name}.`,
  wrote: (customer, name, phone) => `${customer} le escribió a ${name} (${phone}).`,
  unlinked: (phone, name) => `El teléfono ${phone} desvinculó ${name}.`,
  inboxHead: ['DE', 'TEXTO'],
  nothing: 'Todavía nada.',
  noDemo: 'No hay ninguna demo en marcha.',
  startOne: 'Arranque una: npm start -- --demo',
  silent: 'Los teléfonos simulados no responden.',
  startTheDemo: 'Arranque la demo: npm start -- --demo',
  refused: (why) => `El teléfono simulado se negó: ${why}`,
};
