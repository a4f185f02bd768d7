/** Words beside every command: what stands before an error, questions, progress, amounts. */
export const output = {
  error: 'error:',
  hint: 'hint:',
  note: 'note:',
  warning: 'warning:',
  /** Before what the service says in English; not used where the language is English. */
  detail: 'detail:',
  ok: 'ok  ',
  fail: 'FAIL',
  damaged: 'DAMAGED',
  yes: 'yes',
  no: 'no',
  here: 'here',
  ago: (age: string) => `${age} ago`,
  notWritten: (why: string) => `The command is done, but its output could not be written: ${why}`,
  notWrittenHint: 'Look at the place that standard output leads to.',
};

export const asking = {
  yesOrNo: '[y/N]',
  /** What confirms a question that wants the whole word. */
  wholeYes: ['yes'],
  nothingDone: 'Nothing was done.',
  onlyTheWord: 'Only the whole word is an answer: yes',
  noTerminal: 'No terminal to confirm in.',
  addYes: 'Add --yes if you are sure.',
  noPassphraseTerminal: 'No terminal to ask for the passphrase in.',
  passphraseHint: 'Set LEADMASTER_PASSPHRASE, or name a file with --passphrase-file.',
  passphrase: 'Passphrase: ',
  newPassphrase: 'Passphrase (12 characters or more): ',
  onceMore: 'Again: ',
  notTheSame: 'The two are not the same.',
  tryAgain: 'Nothing was done. Try again.',
  thePassphrase: 'The passphrase',
  theTargetKey: 'The key of the other machine',
  targetKey: 'Key of the other machine: ',
  targetKeyNeeded: 'The key of the other machine is needed.',
  targetKeyIn: 'On that machine it is in admin.key, in the data folder.',
  targetKeyHint: 'Set LEADMASTER_TARGET_KEY, or name a file with --key-file.',
  targetKeyEmpty: (file: string | undefined) => `The key of the other machine${inFile(file)} is empty.`,
  targetKeyIsNone: (file: string | undefined) =>
    `The key of the other machine${inFile(file)} is no key: a key is one line without spaces.`,
  secretOpen: (file: string, command: string) => `${file} is open to others than its owner: ${command}`,
  secretUnread: (what: string, file: string, why: string) => `${what} cannot be read from ${file}: ${why}`,
};

function inFile(file: string | undefined): string {
  return file === undefined ? '' : ` in ${file}`;
}

export const progress = {
  amount: (done: string, total: string) => `${done} of ${total}`,
  left: (time: string) => `${time} left`,
  /** What is done at the moment; a phase that has no word here is shown as the service names it. */
  phases: {
    booting: 'booting',
    checking: 'checking',
    copying: 'copying',
    extracting: 'extracting',
    fetching: 'fetching',
    freezing: 'freezing',
    'handed over': 'handed over; the other machine is asked to take it',
    'handing over': 'handing over',
    looking: 'looking',
    preparing: 'preparing',
    'moving sessions': 'moving sessions',
    'pruning sessions': 'pruning sessions',
    reading: 'reading',
    receiving: 'receiving',
    saving: 'saving',
    sealing: 'sealing',
    sending: 'sending',
    'sending what has changed': 'sending what has changed',
    stopping: 'stopping',
    storing: 'storing',
    'taking back': 'taking back',
    trimming: 'trimming',
    waiting: 'waiting',
    'waiting for a machine': 'waiting for a machine that does not answer',
    working: 'working',
    'wrapping keys': 'wrapping keys',
    writing: 'writing',
  },
};

/** So many of a thing. */
export const count = {
  files: (n: number) => (n === 1 ? '1 file' : `${n} files`),
  keys: (n: number) => (n === 1 ? '1 key' : `${n} keys`),
  sessions: (n: number) => (n === 1 ? '1 session' : `${n} sessions`),
  snapshots: (n: number) => (n === 1 ? '1 snapshot' : `${n} snapshots`),
  packs: (n: number) => (n === 1 ? '1 pack' : `${n} packs`),
  differences: (n: number) => (n === 1 ? '1 difference' : `${n} differences`),
  smallerOnes: (n: number) => (n === 1 ? '1 smaller one' : `${n} smaller ones`),
};
