import type { linking as enLinking, messages as enMessages } from '../en/linking.ts';

export const linking: typeof enLinking = {
  qrOf: (attempt, name, until) => `QR ${attempt} de ${name}, vale hasta ${until}:`,
  waitingForQr: 'Esperando un QR ...',
  steps: 'En el teléfono: WhatsApp > Dispositivos vinculados > Vincular dispositivo',
  smallSteps: 'Dispositivos vinculados > Vincular. ¿No se lee? --save ARCHIVO.png, o pair',
  pairSteps:
    'En el teléfono: WhatsApp > Dispositivos vinculados > Vincular dispositivo > Vincular con número de teléfono.',
  linkedAs: (name, account) => `${name} está vinculada como ${account}.`,
  scanned: 'Escaneado.',
  loadingChats: (name) => `${name} está cargando sus chats ...`,
  asksPasskey: 'WhatsApp pide una llave de acceso (passkey).',
  givePasskey: (name) => `Pulse Continuar en la ventana del navegador y désela. ${name} sigue por sí sola.`,
  timeLeft: (attempt, seconds) => `QR ${attempt}, quedan ${seconds} s`,
  tooSmall: (name, columns, rows) => [
    `El QR necesita ${columns} columnas y ${rows} líneas: agrande la terminal,`,
    `o ./leadmaster qr ${name} --save qr.png`,
    `o, con un código en su lugar, ./leadmaster pair ${name} TELÉFONO`,
  ],
  until: (time) => `(hasta ${time})`,
  otherNumber: (name, linked, asked) => `${name} está vinculada a otro número: ${linked}, no ${asked}.`,
  otherNumberHint: (name, linked, asked) =>
    `Vincule ${asked} con otro nombre; o desvincule antes ${linked}: ./leadmaster session logout ${name}`,
  stands: (name, state, reason) => `${name} está ${state}: ${reason}`,
  serverMode: (name) => `${name} no tiene login, y este servicio nunca muestra un QR (LOGIN_MODE=server).`,
  serverModeHint:
    'Arranque el servicio con LOGIN_MODE=qr, o vincule la cuenta en otra máquina y traiga aquí su perfil.',
  tryAgain: (name) => `Inténtelo otra vez: ./leadmaster qr ${name}`,
};

export const messages: typeof enMessages = {
  replayed:
    'El envío ya se había pedido con esta clave de idempotencia: esto es lo que fue de él, y ahora no se envió nada.',
  interrupted: 'Interrumpido',
  message: (id) => `mensaje ${id}`,
  key: (key) => `clave de idempotencia ${key}`,
  mayHaveGone: (why, which) => `${why}. Puede que el mensaje haya salido (${which}).`,
  askAgain: (command) => `Pregunte qué fue de él; no se envía dos veces: ${command}`,
  notSent: (why) => `No se envió: ${why ?? 'no se dio un motivo'}`,
  notAcknowledged: (state, which) =>
    `WhatsApp no lo ha confirmado (${state}). Puede que el mensaje todavía salga (${which}).`,
  empty: 'El texto está vacío.',
  tooLong: 'El texto es demasiado largo para un mensaje.',
};
