/** Recordings of a page of WhatsApp Web. */
export const recordings = {
  oneOfTwo: 'Name a session to record, or give a file with --check: one of the two.',
  both: './leadmaster record NAME, or ./leadmaster record --check FILE',
  whatItHolds:
    "It holds names of WhatsApp's own code, states, sizes and times. No text, number, key or name of the account is in it.",
  restartService: 'Service and command line are of different versions: restart the service, and run the command again.',
  answerIsNone: 'What the service answered is not a recording.',
  page: (date: string, linked: boolean) => `the stand-in's page of ${date}, ${linked ? 'linked' : 'not linked'}`,
  noDifference: (page: string) => `No difference from ${page}.`,
  differences: (count: string, page: string) => `${count} from ${page}.`,
  differs: (path: string, page: string) => `${path} differs from ${page}.`,
  /** What differs, and what stands in a cell where there is no value. */
  what: {
    module: 'module',
    export: 'export',
    state: 'state',
    message_key: 'message key',
    chat_id: 'chat id',
    database: 'database',
  },
  cells: {
    'not recorded': 'not recorded',
    'no field': 'no field',
    'never there': 'never there',
    absent: 'absent',
  },
  head: ['WHAT', 'NAME', 'FILE', 'STAND-IN'],
  isNone: (path: string, why: string) => `${path} is not a recording: ${why}.`,
  takeAsWritten: 'A recording is what "./leadmaster record NAME" writes; take the file as it was written.',
  notJson: 'it is not JSON, or not all of it is there',
  noFile: 'it is no file',
  tooLarge: 'it is too large for one',
  otherProgram: 'another program has written it',
  notAsRecorded: 'something in it is not as it was recorded',
  otherVersion: 'another version of LeadMaster has written it',
};
