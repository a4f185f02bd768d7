/** The demo: what can be typed, and what its simulated phones do. */
export const phones = {
  howTo: (
    customer: string,
  ) => `This is the demo: WhatsApp is played by a stand-in, and nothing leaves this machine. In another terminal:

  ./leadmaster qr ventas                      create a session and show its QR
  ./leadmaster phone scan ventas              scan it with its simulated phone (a third terminal)
  ./leadmaster send ventas ${customer} hola    write to a simulated customer
  ./leadmaster phone inbox                    what that customer got
  ./leadmaster phone send ventas "hola!"      the customer writes to the session
  ./leadmaster events ventas                  what happened
  ./leadmaster phone unlink ventas            unlink it from the phone
`,
  scanned: (phone: string, name: string) => `The phone ${phone} has scanned the QR of ${name}.`,
  wrote: (customer: string, name: string, phone: string) => `${customer} has written to ${name} (${phone}).`,
  unlinked: (phone: string, name: string) => `The phone ${phone} has unlinked ${name}.`,
  inboxHead: ['FROM', 'TEXT'],
  nothing: 'Nothing yet.',
  noDemo: 'No demo is running.',
  startOne: 'Start one: npm start -- --demo',
  silent: 'The simulated phones do not answer.',
  startTheDemo: 'Start the demo: npm start -- --demo',
  refused: (why: string) => `The simulated phone refused: ${why}`,
};
