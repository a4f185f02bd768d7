import type { phones as enPhones } from '../en/demo.ts';

export const phones: typeof enPhones = {
  howTo: (customer) => `Esta es la demo: a WhatsApp lo hace un simulador, y nada sale de esta máquina. En otra terminal:

  ./leadmaster qr ventas                      crea una sesión y muestra su QR
  ./leadmaster phone scan ventas              lo escanea con su teléfono simulado (tercera terminal)
  ./leadmaster send ventas ${customer} hola    le escribe a un cliente simulado
  ./leadmaster phone inbox                    lo que le llegó a ese cliente
  ./leadmaster phone send ventas "hola!"      el cliente le escribe a la sesión
  ./leadmaster events ventas                  lo que pasó
  ./leadmaster phone unlink ventas            la desvincula desde el teléfono
`,
  scanned: (phone, name) => `El teléfono ${phone} escaneó el QR de ${name}.`,
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
