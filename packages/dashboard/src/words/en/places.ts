/** What the views of the installation share: machines, tenants, keys and the audit. */
export const places = {
  label: 'Views',
  names: {
    sessions: 'Sessions',
    machines: 'Machines',
    tenants: 'Tenants',
    keys: 'Keys',
    audit: 'Audit',
  },
  reload: 'Ask the hub again',
  asOf: (time: string) => `as of ${time} ago`,
  search: 'Search',
  pages: 'Pages',
  noMatch: 'Nothing fits the search.',
  operator: 'The operator',
  sessions: 'Sessions',
  needYou: 'Need you',
  change: 'Change',
  save: 'Save',
  optional: 'optional',
  sending: {
    label: 'Sending',
    onlyListens: 'only listens',
    offTitle: (name: string) => `Switch sending off for ${name}?`,
    onTitle: (name: string) => `Switch sending on for ${name}?`,
    off: 'From then on its sessions only listen: what comes in is told, nothing is sent. Texts that are queued fail with sending_off.',
    on: 'Its sessions may send again, except where the session itself, its tenant or its machine is switched off. Texts that have failed stay failed.',
    switchOff: 'Switch off',
    switchOn: 'Switch on',
    untold: (machines: string) =>
      `${machines} could not be told of sending yet. It is told once it answers, and before any text goes to it through the hub.`,
  },
  doubles: {
    title: 'One account in several sessions',
    linked: (account: string) => `${account} is linked in`,
    advice: 'Each of them gets what comes in, and each may answer. Keep one, and log the others out.',
  },
};
