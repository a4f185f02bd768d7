/** `/machines` */
export const machines = {
  add: 'Add a machine',
  none: 'There is no machine yet',
  noneText: 'A machine runs the browsers of sessions. Without one the hub has nothing in front of it.',
  states: { up: 'Up', down: 'Not reachable', draining: 'Draining' },
  since: (time: string) => `for ${time}`,
  lastSeen: (time: string) => `It last answered ${time} ago. If it runs, its sessions run on without the hub.`,
  look: 'On that machine, in a terminal:',
  draining: (left: number) =>
    left === 0
      ? 'It gets no new session, and has none left: it can be removed.'
      : `It gets no new session. ${left} ${left === 1 ? 'is' : 'are'} left on it.`,
  otherLog: 'Its log is not the one that was read here. Nothing is read from it until you accept it.',
  unreadable: 'It answers otherwise than this hub reads, so its news are missing. Give both the same version.',
  acceptLog: 'Accept its log',
  acceptLogTitle: (name: string) => `Accept the log of ${name}?`,
  acceptLogText:
    'Its data folder was replaced, or put back from a backup. The hub reads on from what the machine has now, and its sessions are shown as they are there. Find out first why it is another one.',
  memory: 'Memory free',
  disk: 'Disk free',
  of: (free: string, total: string) => `${free} of ${total}`,
  version: 'Version',
  peers: (url: string) => `Other machines reach it at ${url}`,
  drain: 'Drain',
  drainTitle: (name: string) => `Drain ${name}?`,
  drainText: 'No new session is made on it. Those that it has stay and run on. You can take this back at any time.',
  undrain: 'Stop draining',
  empty: 'Empty',
  emptyTitle: (name: string) => `Empty ${name}?`,
  emptyText: (count: number) =>
    `Its ${count === 1 ? 'session moves' : `${count} sessions move`} to the other machines, two at a time. Each stands still for some seconds while it is handed over; no QR is needed. No new session is made here.`,
  noOther: 'There is no other machine that is up and takes sessions: nothing could move. Add one first.',
  progress: (done: number, total: number) => `${done} of ${total} done`,
  beginning: 'Beginning',
  emptyGoesOn: 'It continues without this page.',
  moved: (count: number) => `${count} ${count === 1 ? 'session has' : 'sessions have'} moved.`,
  left: 'These could not move:',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText:
    'The hub forgets the machine and its key. The session manager itself, its profiles and its vault stay as they are, and it can be added again.',
  force: (count: number) =>
    `Also with ${count === 1 ? 'its session' : `its ${count} sessions`}: they run on there, and the hub forgets them`,
  form: {
    title: 'Add a machine',
    intro:
      'A machine is another computer that runs a session manager. The hub asks it with the key before it keeps it: it must answer, take the key, and run the same version. Beyond this computer its address must be https.',
    name: 'Name',
    nameRule: 'Lower-case letters, digits and -: how it is called here',
    url: 'Address',
    urlRule: 'Scheme, host and port of its session manager: https://host:3001',
    token: 'Key',
    tokenRule: 'The content of service.token in its data folder:',
    tokenCommand: 'cat data/service.token',
    peers: 'Other machines reach it at another address',
    peerUrl: 'Address for other machines',
    peerRule: 'For moves between machines; left out, they use the address above',
    submit: 'Try it and add it',
    submitting: 'Trying it',
  },
};
