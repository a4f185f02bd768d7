/** Linking an account, and writing with it. */
export const linking = {
  qrOf: (attempt: number, name: string, until: string) => `QR ${attempt} of ${name}, valid until ${until}:`,
  waitingForQr: 'Waiting for a QR ...',
  /** Not wider than the smallest terminals: a line that wraps spoils the drawing. */
  steps: 'On the phone: WhatsApp > Linked devices > Link a device',
  smallSteps: 'WhatsApp > Linked devices > Link a device. Unreadable? --save FILE.png, or pair',
  pairSteps: 'On the phone: WhatsApp > Linked devices > Link a device > Link with phone number instead.',
  linkedAs: (name: string, account: string) => `${name} is linked as ${account}.`,
  scanned: 'Scanned.',
  loadingChats: (name: string) => `${name} is loading its chats ...`,
  asksPasskey: 'WhatsApp asks for a passkey.',
  givePasskey: (name: string) =>
    `Press Continue in the window of the browser and give it. ${name} continues by itself.`,
  timeLeft: (attempt: number, seconds: number) => `QR ${attempt}, ${seconds} s left`,
  tooSmall: (name: string, columns: number, rows: number) => [
    `The QR needs ${columns} columns and ${rows} lines: make the terminal larger,`,
    `or ./leadmaster qr ${name} --save qr.png`,
    `or, with a code instead, ./leadmaster pair ${name} PHONE`,
  ],
  until: (time: string) => `(until ${time})`,
  otherNumber: (name: string, linked: string, asked: string) =>
    `${name} is linked to another number: ${linked}, not ${asked}.`,
  otherNumberHint: (name: string, linked: string, asked: string) =>
    `Link ${asked} under another name; or unlink ${linked} first: ./leadmaster session logout ${name}`,
  stands: (name: string, state: string, reason: string) => `${name} is ${state}: ${reason}`,
  serverMode: (name: string) => `${name} has no login, and this service never shows a QR (LOGIN_MODE=server).`,
  serverModeHint:
    'Start the service with LOGIN_MODE=qr, or link the account on another machine and bring its profile here.',
  tryAgain: (name: string) => `Try again: ./leadmaster qr ${name}`,
};

export const messages = {
  replayed:
    'The order was given before under this idempotency key: this is what became of it, and nothing was sent now.',
  interrupted: 'Interrupted',
  message: (id: string) => `message ${id}`,
  key: (key: string) => `idempotency key ${key}`,
  mayHaveGone: (why: string, which: string) => `${why}. The message may have gone (${which}).`,
  askAgain: (command: string) => `Ask what came of it; it is not sent twice: ${command}`,
  notSent: (why: string | null) => `Not sent: ${why ?? 'no reason given'}`,
  notAcknowledged: (state: string, which: string) =>
    `WhatsApp has not acknowledged it (${state}). The message may still go (${which}).`,
  empty: 'The text is empty.',
  tooLong: 'The text is too long for one message.',
};
