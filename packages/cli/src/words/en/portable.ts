/** Sessions that come from elsewhere or go there: files, folders of other programs, other machines. */
export const portable = {
  freshOrThere: '--snapshot takes one that is there; --kind and --retire take a fresh one.',
  exported: (path: string, size: string, snapshot: string, name: string) =>
    `${path}: ${size}, ${snapshot} of ${name}; read back and proven.`,
  isMoved: (name: string) => `${name} is MOVED here: import the file where it continues.`,
  holdsTheAccount:
    'Anyone who has both the file and its passphrase has the account. Without the passphrase the file cannot be read.',
  notBoth: (name: string) =>
    `What is imported elsewhere must not start while ${name} runs in another place (export --retire gives it up here).`,
  wrongAccount: (name: string) => `${name} is linked to another account than its own.`,
  startedAgain: (name: string) => `${name} was stopped for it, and is started again.`,
  staysStopped: (name: string, why: string) =>
    `${name} is stopped (${why}); start it: ./leadmaster session start ${name}`,
  givenUp: (name: string) => `${name} has been given up here already.`,
  importThatFile: 'Import the file that was written then.',
  writtenBut: (path: string, now: string, why: string) => `${path} is written, but ${now}: ${why}`,
  notKnown: (name: string) => `whether ${name} is given up here is not known`,
  stillHere: (name: string) => `${name} is still here`,
  startsRetired: 'An imported session starts only where its old place is retired.',
  sayRetired: 'Say --origin-retired if it is; or leave --start out.',
  badName: 'The name in the file is none for a session.',
  giveName: 'Give one with --name.',
  copyOrMove: 'Either --copy or --move.',
  chooseMode: (path: string) => `${path} is not the session's own place: choose whether to copy or to move it`,
  modes: 'Add one of the two: --copy leaves it where it is, --move brings it here.',
  emptyFolder: 'The folder is empty text.',
  nameTheFolder: 'Name the folder of the profile.',
  kinds: {
    profile: 'a profile of Chromium',
    local_auth: 'a LocalAuth folder of whatsapp-web.js',
    remote_auth: 'an unpacked RemoteAuth archive of whatsapp-web.js',
    waha: 'a session of WAHA (webjs)',
    leadmaster: 'a session of another LeadMaster',
  },
  adopted: (path: string, kind: string, files: string, size: string, chromium: string | null) =>
    `${path}: ${kind}, ${files}, ${size}, written by ${chromium === null ? 'an unknown Chromium' : `Chromium ${chromium}`}`,
  hasMoved: (name: string, to: string, state: string) => `${name} has moved to ${to}, and is ${state} here.`,
  profileInTrash: 'Its profile is in the trash here. To have it back, transfer it from there.',
};

export const files = {
  chooseAnother: 'Choose another name; or write over it with --force.',
  notAFolder: 'Name a file, not a folder.',
  isThere: (path: string) => `${path} is there already.`,
  noFile: (path: string) => `${path} is no file on a disk.`,
  nameAFile: 'Name a file: it is read to its end before anything is done with it.',
  failed: (path: string, why: string) => `${path}: ${why}`,
  lookAtFolder: 'Look at the folder, its rights, and the room on its disk.',
  copyAgain: 'Copy it again from where it was exported; if it is not whole there either, export the session again.',
  written: (path: string) => `Written: ${path}`,
  notWritten: (path: string, why: string) => `${path} cannot be written: ${why}`,
  unread: (path: string, why: string) => `${path} cannot be read: ${why}`,
};
