/** The demo: what can be typed, and what its simulated phones do. */
export const phones = {
  howTo: (customer: string, withClients: boolean) =>
    `This is the demo: WhatsApp is played by a stand-in, and nothing leaves this machine.${
      withClients
        ? ' Open the link of the dashboard: three\nclients, a second machine, and a phone at the side that scans, unlinks, is banned ...'
        : ''
    } In another terminal:

${
  withClients
    ? '  ./leadmaster sessions                       the clients and how they stand\n'
    : '  ./leadmaster qr ventas                      create a session and show its QR\n'
}  ./leadmaster phone scan ventas              scan ${withClients ? 'the' : 'its'} QR with its simulated phone
  ./leadmaster send ventas ${customer} hola    write to a simulated customer
  ./leadmaster phone inbox                    what that customer got
  ./leadmaster phone send ventas "hola!"      the customer writes to the session
  ./leadmaster events ventas                  what happened
  ./leadmaster phone unlink ventas            unlink it from the phone
`,
  filling: 'Three clients are being linked by their simulated phones.',
  ofAnother: (folder: string) =>
    `${folder} is of a demo without clients, and stays as it is. For the three clients, remove that folder first.`,
  noClients: (why: string) => `The clients of the demo are not all there: ${why}`,
  scanned: (phone: string, name: string) => `The phone ${phone} has scanned the QR of ${name}.`,
  hasNumber: (phone: string, name: string) =>
    `The simulated phone of ${name} has the number +${phone}. Ask for a code for it, then: ./leadmaster phone pair ${name} CODE`,
  paired: (phone: string, name: string) => `The code was typed into the phone ${phone} of ${name}.`,
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
