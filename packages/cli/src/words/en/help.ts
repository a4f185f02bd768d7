/** What `--help` says of each command, its arguments and its options. */
export const help = {
  /** What several commands have. */
  shared: {
    name: 'the session',
    wait: 'wait for a state that stays',
    passphraseFile: 'read the passphrase from a file, instead of asking or LEADMASTER_PASSPHRASE',
    id: 'its id, the beginning of it, or "latest"',
    latest:
      'its id, the beginning of it, or "latest": the newest that was not taken by a restore of the profile it replaced (before_restore)',
  },
  account: {
    about: 'settle WRONG_ACCOUNT: keep the account that was linked, or remove its link',
    accept: 'the account is right: the session belongs to it from now on',
    unlink: 'remove the link at WhatsApp and show a new QR',
  },
  adopt: {
    about: 'make a session of a profile that another program has kept, or that is in the data folder already',
    dir: "the profile's folder: session-CLIENTID, tokens/NAME, RemoteAuth-CLIENTID, or one around it",
    name: 'what the session is called',
    move: 'take the folder from where it is: that program will no longer find its login',
    copy: 'leave it where it is; the copy starts once you have confirmed that the old one never runs again',
    originRetired: 'confirm that right away',
  },
  builds: {
    about: 'list the builds of WhatsApp Web that were seen here, and what is thought of each',
  },
  capabilities: {
    about: 'show what the page of WhatsApp Web that a session runs on can do, by its last probe',
    override: 'use it although the probe calls it broken; may be repeated',
    reset: 'go by the probe again',
  },
  check: {
    about: "check a session's profile on disk; works without the service. Exit code 1: it is not valid, or not linked",
  },
  doctor: {
    about: 'diagnose problems and suggest fixes; works without the service. Exit code 1: there is a problem',
    fix: 'first do what is safe: modes, locks of dead processes, a .gitignore in a data folder of its own',
    noNetwork: 'do not ask for the page of WhatsApp Web',
    code: 'compare the folders that code in there names for sessions with the disk',
    keyCopied: "note that a copy of the vault's key is kept elsewhere; with a file, compare it first",
    lang: 'the language of the answer',
  },
  events: {
    about: 'print what happened, oldest first',
    name: 'of this session alone',
    follow: 'continue with what happens from now; ends with Ctrl-C',
    after: 'begin after this event, by its number or as NUMBER@LOG; without it, the newest are shown',
    limit: 'at most so many, 1 to 1000',
  },
  export: {
    about: 'write a session into one encrypted file, to take it elsewhere: a fresh snapshot unless told otherwise',
    file: 'the file to write',
    snapshot: 'this snapshot, instead of a fresh one',
    kind: 'of the fresh snapshot',
    retire: 'and give the session up here, for good: it continues where the file is imported',
    force: 'write over a file that is there',
  },
  hub: {
    about: 'start the hub alone, in front of session managers that run elsewhere',
  },
  keys: {
    about: 'make, list and revoke the keys of the hub',
    create: {
      about: 'make a key; it is shown this once',
      name: 'what it is for',
      tenant: 'a key of this tenant; left out: of the operator',
      scopes: 'what it may do; several with spaces or commas between',
      sessions: 'good for these sessions alone',
      addresses: 'good from these addresses alone: 10.1.2.3, 10.0.0.0/8',
      expires: 'when it ends: 2027-01-31',
    },
    list: { about: 'list the keys, without their secrets', tenant: 'those of this tenant alone' },
    revoke: {
      about: 'end a key at once, with the streams that it has open',
      id: 'its id, as the list shows it',
      yes: 'do not ask',
    },
  },
  links: {
    about: 'make, list and revoke links by which the owner of a phone links it',
    create: {
      about: 'make a link for a session; its address is shown this once',
      minutes: 'how long it may be used; 30 unless given',
      phone: 'the number that is to be linked: with it, no other one is',
      language: 'of its page; as the browser asks unless given',
    },
    list: { about: 'list the links of a session, and how often they were used' },
    revoke: {
      about: 'end a link at once',
      id: 'its id, as the list shows it',
      yes: 'do not ask',
    },
  },
  machines: {
    about: 'add, list, drain and remove the session managers behind the hub',
    name: 'what the machine is called here',
    add: {
      about: 'put a session manager behind the hub; beyond this machine by https alone',
      url: 'its address, such as https://host:3001',
      tokenFile: 'a file with its token: service.token of its data folder',
      peerUrl: 'where other machines reach it, if that is another address than the hub uses',
    },
    list: { about: 'list the machines, with their room and when they last answered' },
    change: {
      about: 'give its new addresses or token, or accept that its log is another one',
      acceptLog: 'its log was replaced, or its data folder put back from a backup: read on from what it has now',
    },
    drain: {
      about: 'make no new session there; with --move, its sessions move to the other machines',
      move: 'move its sessions to the other machines, and name those that could not move',
      atOnce: 'how many sessions move at the same time; 2 unless given',
      undo: 'take that back',
    },
    remove: {
      about: 'take a machine that has no session from behind the hub',
      force: 'also where it has sessions: they run on there, and the hub forgets them',
      yes: 'do not ask',
    },
  },
  audit: {
    about: 'see who did what through the hub, keep it elsewhere, and tell whether it is whole',
    list: {
      about: 'list what was done, the latest last',
      tenant: 'what is about this tenant alone',
      session: 'what is about this session alone, by its full name',
      after: 'what came after the line of this number',
      limit: 'how many at most',
    },
    export: {
      about: 'write every line into a file, and the head of the audit as its last one',
      file: 'where to; lines of JSON',
      force: 'write over a file of that name',
    },
    verify: {
      about: 'read every line and tell whether one was removed, changed or cut off; exit code 1 if so',
      file: 'an export from earlier: everything up to its head must be there as it was',
    },
  },
  move: {
    about: 'move a session to another machine behind the hub; given again, it is followed to its end',
    machine: 'the machine that it goes to',
  },
  open: { about: 'print a link that signs a browser in at the dashboard' },
  tenants: {
    about: 'add, list and remove the clients of the installation',
    name: 'the tenant',
    create: {
      about: 'add a tenant: its sessions are named TENANT.SESSION',
      title: 'what it is called among people',
      sessions: 'how many sessions it may have',
      keys: 'how many keys it may have',
      acceptRemains: 'what machines hold or may hold under this name is its own',
    },
    list: { about: 'list the tenants' },
    remove: { about: 'remove a tenant that has no session, and its keys', yes: 'do not ask' },
  },
  import: {
    about: 'make a session of an exported file; it starts once you have confirmed that the old place is retired',
    file: 'the exported file',
    name: 'what the session is called; as in the file unless given',
    originRetired: 'the place it comes from never runs it again: you are sure of that',
    replace: 'put it in the place of a stopped session of that name, which goes to the trash',
    overwriteNewer: 'also where the login in place is newer',
    otherAccount: 'also where it is of another account than the session here',
    start: 'and start it',
  },
  pair: {
    about: 'link an account by a code typed into the phone, instead of a QR; waits until READY',
    phone: "the account's number, with country code",
    noWait: 'print the code and end',
  },
  phone: {
    about: 'the simulated phones of a running demo',
    scan: {
      about: "scan a session's QR with its simulated phone",
    },
    pair: {
      about: "type a pairing code into a session's simulated phone; without a code, print that phone's number",
      code: 'the code, as a link or "pair" shows it for that number',
    },
    send: {
      about: "have a simulated customer write to a session's account",
      text: 'the text',
    },
    unlink: {
      about: 'remove the session from the linked devices of its simulated phone',
    },
    inbox: {
      about: "what the simulated customer has received; with a name, what that session's phone has",
      name: 'a session',
    },
  },
  place: {
    about:
      'show where the data folder is; release sessions that wait because it is a copy, lies on another disk or was put back from a backup; works without the service',
    show: {
      about: 'show where the data folder is and was, and which sessions wait because of that',
    },
    accept: {
      about:
        'release sessions that wait because the data folder is a copy, lies on another disk or was put back from a backup, and start them',
      name: 'the sessions; all that wait, without one',
      originRetired: 'the previous place never runs these sessions again: you are sure of that',
    },
  },
  qr: {
    about: 'link an account: creates and starts the session if needed, shows its QR until it is scanned and READY',
    save: 'also write each QR to this file, for terminals that are too small',
  },
  recent: {
    about: "list what was changed lately in a session's profile, newest first; works without the service",
    hours: 'how far back',
    limit: 'how many at most',
  },
  record: {
    about:
      'write what the page of WhatsApp looks like from inside to a file, with nothing of the account in it; or compare one',
    name: 'the session; it need not be linked',
    out: 'write it there (default: leadmaster-recording-DAY.json)',
    force: 'write over a file that is there',
    check: 'show how a recording differs from the stand-in. Exit code 1: it does',
    page: 'the page of the stand-in to compare with',
  },
  recover: {
    about: 'list the sessions that the vault holds, and bring back the named ones; works without the service',
    name: 'the sessions to bring back',
    all: 'bring back all that are not here, but for those that were deleted or moved away on purpose',
    hub: 'bring back the hub instead, from its newest backup in the vault; with the services down',
    originRetired: 'confirm that the machine they ran on will never run them again',
    otherAccount: 'also where the newest snapshot is of another account than the session had here',
    yes: 'do not ask; --origin-retired must be given',
    noStart: 'leave them stopped',
  },
  report: {
    about: 'print where sessions are and how they are, from live facts, as Markdown; works without the service',
    out: 'write it there, readable by its owner',
    code: 'also tell of the folders that code in there names for sessions',
  },
  send: {
    about: "send a text, and wait until WhatsApp's server has it",
    text: 'the text',
    noWait: 'do not wait for the acknowledgement',
    timeout: 'how long to wait for it',
    idempotencyKey: 'sending again with the same key sends nothing twice',
  },
  sending: {
    about:
      'switch sending on or off: for a session, or at the hub for a tenant or a machine; off, everything is told and nothing is sent',
    words: 'the session and on or off; with --tenant or --machine, on or off alone',
    tenant: 'for all sessions of this tenant, on every machine',
    machine: 'for all sessions on this machine',
  },
  session: {
    about: 'create, change, start, stop, restart, log out or delete one session',
    create: {
      about: 'create a session, and start it',
      noStart: 'leave it stopped',
      metadata: 'notes of your own, kept with the session',
    },
    set: {
      about: 'change what is noted beside a session, or the one number that may be linked in it',
      metadata: 'notes of your own, in place of all that were kept',
      noMetadata: 'remove all of them',
      expect: 'the one number that may be linked: another is WRONG_ACCOUNT',
      noExpect: 'any number may be linked',
    },
    start: {
      about: 'start a session',
      originRetired: 'the place this copy of a login came from never runs it again: you are sure of that',
      olderLogin: 'start the login in place although the vault has a newer one',
    },
    stop: { about: 'stop a session; its login is kept' },
    restart: { about: 'stop a session and start it again' },
    logout: {
      about: 'unlink the account at WhatsApp; the profile goes to the trash',
      yes: 'do not ask',
    },
    delete: {
      about: 'delete a session; its profile goes to the trash, its snapshots stay',
      purge: 'also destroy the key of its snapshots: they can never be read again',
      otherWriters: 'with --purge: also where another installation has written some of them',
      yes: 'do not ask',
    },
  },
  sessions: {
    about: 'list the sessions of this machine',
    name: 'this one alone',
  },
  snapshot: {
    create: {
      about: 'take a snapshot of a session, which runs on meanwhile',
      name: 'the session',
      kind: 'more than a login and its history need',
      all: 'of every session, one after the other',
    },
    list: {
      about: 'list snapshots, newest first; works without the service',
      name: 'of this session alone',
    },
    show: {
      about: 'show what is known of one snapshot',
      files: 'also list its files',
    },
    delete: {
      about: 'delete a snapshot; its space is free after the next prune',
      otherWriters: 'also one that another installation has written',
      yes: 'do not ask',
    },
    prune: {
      about: 'forget the snapshots that SNAPSHOT_KEEP does not keep, and free what no snapshot needs',
      name: 'of this session alone',
      yes: 'do not ask',
    },
    restore: {
      about: "put a snapshot in the place of a session's profile; works without the service",
      start: 'start the session afterwards',
      restart: 'stop it first if it runs, and start it afterwards',
      overwriteNewer: 'also over a login that is newer than the snapshot',
      otherAccount:
        'also where the snapshot is of another account than the session, or of a link of another installation',
      yes: 'do not ask',
      to: "only write the snapshot's files into this folder",
    },
    verify: {
      about: 'read every byte that a snapshot needs; works without the service. Exit code 1: it is damaged',
      drill: 'also boot a restored copy of it, without any network',
    },
    about: "take, list, verify, restore and remove sessions' snapshots",
  },
  start: {
    about: 'start everything; finds or installs a browser first. Ends in order on Ctrl-C or SIGTERM',
    demo: 'against the built-in stand-in of WhatsApp, with simulated phones and data of its own',
    empty: 'with --demo: without the three simulated clients and the second machine',
  },
  sessionManager: {
    about: 'start the session manager alone',
    exitWithParent: 'end when standard input closes',
  },
  storage: {
    about: 'show the size of profiles, by class and folder; works without the service',
    name: 'of this session alone',
  },
  transfer: {
    about: 'move a session to another machine that runs LeadMaster; given again, what was begun is finished',
    to: 'the other machine, such as https://other.example:3001',
    keyFile: 'read the key of the other machine from a file, instead of asking or LEADMASTER_TARGET_KEY',
    undo: 'take back what was begun, once the other machine has given it up',
  },
  trim: {
    about: 'delete caches that WhatsApp can download again; login and messages stay',
    restart: 'stop a running session first, and start it afterwards',
  },
  vault: {
    accept: {
      about:
        'confirm that an older copy of the vault was put back on purpose, or that another vault is meant; works without the service',
      name: 'an older copy, of this session; without it: another vault than before',
      yes: 'do not ask',
    },
    create: {
      about: 'make a new, empty vault at VAULT_URL with a key that belongs to another one; beside a service, too',
      new: 'the other vault is given up, or is not meant here',
    },
    repair: {
      about: 'write the header of the vault again where it was lost or damaged, once the key proves it',
    },
    about:
      'accept an older copy of the vault, or another vault; make a new one; repair its header; change its master key',
    rotateKey: {
      about: 'give the vault another master key, with the service down; no snapshot is uploaded again',
      file: 'a file with the new key: 64 hexadecimal digits',
    },
  },
  where: {
    about: "print the folder of a session's profile; works without the service",
  },
};
