/** What the side of the demo shows, in English. */
export const en = {
  title: 'Demo',
  open: 'Show the demo',
  close: 'Hide the demo',
  note: 'WhatsApp is played here. Nothing leaves this machine.',
  preparing: 'The three clients are being linked by their phones. That takes some seconds.',
  tabs: { tour: 'Tour', phone: 'Phone' },
  phone: {
    of: 'Phone of',
    none: 'There is no session yet. Add one, and its phone appears here.',
    linked: 'Linked with LeadMaster',
    notLinked: 'Not linked',
    offline: 'Linked, and not connected',
    banned: 'Banned by WhatsApp',
    scan: 'Scan the QR',
    scanNote: 'Possible while the session shows its QR.',
    unlink: 'Unlink the device',
    offlineDo: 'Cut the line',
    online: 'Bring the line back',
    ban: 'Ban the account',
    unban: 'Lift the ban',
    kill: 'Kill its browser',
    write: 'A customer writes',
    text: 'Text',
    send: 'Send',
    lastGot: 'The customer got',
    whatsapp: 'WhatsApp',
    build: 'serves the build',
    bad: 'in which sending is broken',
    badBuild: 'Serve a broken build',
    goodBuild: 'Serve a good build',
  },
  tour: {
    progress: (done: number, all: number) => `${done} of ${all} seen`,
    seen: 'seen',
    again: 'Once more',
    restart: 'Start the tour again',
    over: 'That was the tour. All of it can be done again with the phone, or on any session.',
    running: 'Watching ...',
    after: (time: string) => `after ${time}`,
    steps: {
      link: {
        title: 'Link a phone',
        text: (session: string) =>
          `${session} was unlinked on its phone, so it waits for a scan. The tour opens it, shows its QR and has the phone scan it.`,
        action: 'Scan the QR',
      },
      kill: {
        title: 'Kill the browser',
        text: (session: string) =>
          `The browser of ${session} gets kill -9, as when memory runs out. The session comes back without a new QR.`,
        action: 'Kill it',
      },
      snapshot: {
        title: 'Take a snapshot',
        text: () =>
          'An encrypted copy of the login and the chats, while the session runs on. Then every byte is read again.',
        action: 'Take and prove it',
      },
      restore: {
        title: 'Lose the folder, restore it',
        text: () =>
          'The folder of the session is deleted from the disk. It stops and asks for no QR; the snapshot brings the login back.',
        action: 'Lose and restore',
      },
      move: {
        title: 'Move to the other machine',
        text: () => 'The session goes to the second session manager, and runs there. It is never in two places.',
        action: 'Move it',
      },
      build: {
        title: 'A bad build is stopped',
        text: () =>
          'WhatsApp serves a build in which sending is broken. One session, the canary, tries it; the others keep the good one. The verdict takes about a minute: what is missing is looked for twice, 30 seconds apart.',
        action: 'Serve the build',
      },
    },
    saw: {
      created: (session: string) => `${session} was created`,
      qr: 'The QR is shown',
      scanned: 'The phone has scanned it',
      ready: 'READY: the login is proven to be on the disk',
      lost: (state: string, reason: string) => `${state}: ${reason}`,
      back: 'READY again, without a QR',
      taken: (size: string, pause: number) => `Taken: ${size}. The browser stood still for ${pause} ms`,
      proven: 'Proven: every byte was read again',
      notProven: 'The snapshot is damaged',
      deleted: 'The folder is gone',
      held: (state: string) => `${state}: no QR was asked for, and nothing was overwritten`,
      restored: 'READY: the login is back from the snapshot',
      moving: (machine: string) => `On its way to ${machine}`,
      moved: (machine: string) => `READY on ${machine}, without a QR`,
      served: (build: string) => `WhatsApp serves ${build}`,
      canary: (session: string) => `${session} tries it; its login was copied first`,
      noGood: 'The present build must stand its own test first: 45 s of READY',
      bad: (reason: string) => `Verdict: bad (${reason})`,
      wentBack: (session: string, build: string) => `${session} is READY on ${build} again`,
      stuck: (session: string, state: string, reason: string) =>
        `${session} has come to this instead, and waits for you: ${state} (${reason})`,
      noOther: 'There is no second machine. Start the demo without --empty.',
    },
  },
};

export type SideWords = typeof en;
