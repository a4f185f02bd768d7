/** The service: its start, its demo, how it is reached; the vault and the installation around it. */
export const service = {
  running: 'LeadMaster is running.',
  banner: {
    dashboard: 'dashboard',
    address: 'address',
    hub: 'hub',
    manager: 'manager',
    key: 'key',
    data: 'data',
    browser: 'browser',
    login: 'login',
  },
  signInLink: 'one use, ten minutes; another: ./leadmaster open',
  addMachines: 'Put session managers behind it: ./leadmaster machines add NAME URL --token-file FILE',
  emptyIsOfDemo: '--empty is for a demo alone: npm start -- --demo --empty',
  demoAlone: 'A demo is started by "start --demo" alone.',
  shutdownHangs: (seconds: number) => `The shutdown hangs beyond ${seconds} s; the process ends without it.`,
  unusedByDemo: (name: string) => `The demo keeps everything in a folder of its own: ${name} is not used.`,
  demoFailed: (why: string) => `The demo cannot start: ${why}`,
  installing: (name: string) => `Installing Debian's ${name} (once) ...`,
  fetching: (folder: string) => `Fetching the current stable Chrome into ${folder} ...`,
  megabytes: (what: string, done: number, total: number) => `${what}: ${done} of ${total} MB`,
  run: (command: string) => `Run: ${command}`,
  demoFolder: (dataDir: string, demo: string) => `${dataDir} (the demo's is ${demo}: add --demo)`,
  noDemoRuns: 'no demo runs',
  silent: (url: string) => `The service does not answer at ${url}.`,
  silentFor: (url: string, why: string) => `The service does not answer at ${url} (${why}).`,
  startIt: 'Start it: npm start',
  startDemo: 'Start it: npm start -- --demo',
  otherPort: (port: number) => `A service of this data folder runs on port ${port}: set SESSION_MANAGER_PORT=${port}`,
  startHub: 'Start it: npm start. Where it listens on another port: set HUB_PORT to it.',
  lookAtUrl:
    'Is LEADMASTER_URL right, and does the service run there? Without it, commands speak with the service of this machine.',
  keyGiven: (url: string) => `The key came from LEADMASTER_KEY. Is it a key of the service at ${url}, and not revoked?`,
  noKeyGiven: (url: string) => `LEADMASTER_URL is ${url}, and no key is given for it.`,
  giveKey: 'Set LEADMASTER_KEY: a key of that hub ("./leadmaster keys create NAME"), or the key of that manager.',
  needsDisk: (url: string) => `This works on the disk of the machine it runs on, and LEADMASTER_URL is ${url}.`,
  needsDiskOf: (session: string, machine: string) =>
    `This works on the disk of the machine of the session: ${session} is on ${machine}.`,
  needsDiskOn: (machine: string) => `This works on a disk, and ${machine} is another machine.`,
  onOtherMachine: (session: string, machine: string) =>
    `${session} is on ${machine}, another machine behind the hub; nothing was made here.`,
  askHub: (keyFile: string) =>
    `Ask the hub, which knows every machine: LEADMASTER_KEY="$(cat ${keyFile})" ./leadmaster ...`,
  runItThere: 'Give the command on that machine, without LEADMASTER_URL.',
  setPort: 'Set SESSION_MANAGER_PORT to the port of the service.',
  noKey: (file: string) =>
    `There is no key in ${file}. Run it as the user of the service, with its LEADMASTER_DATA_DIR, or set LEADMASTER_ADMIN_KEY.`,
  keyFrom: (source: string, url: string) =>
    `The key came from ${source}. Is the service at ${url} another one, with another data folder?`,
  asServiceUser: 'Run the command as the user who runs the service, or give the key by LEADMASTER_ADMIN_KEY.',
  down: (what: string, folder: string) => `The service is down; this works on ${what}: ${folder}`,
  theDataFolder: 'the data folder itself',
  vaultAndData: 'the vault and the data folder',
  interrupted: 'Interrupted.',
  mayBeDone: 'Interrupted before the answer: the order may have been done.',
  whatComesOfIt: 'What comes of it: ./leadmaster events',
  everySetting: 'See .env.example for every setting.',
};

export const vault = {
  label: 'vault',
  notOlder: (name: string) => `What the vault has of ${name} is not older than it was: there is nothing to accept.`,
  accepted: (name: string, holds: string) => `What the vault has of ${name} is taken as it is: ${holds}.`,
  takeNew: (name: string) => `Take a new one: ./leadmaster snapshot create ${name}`,
  noSession: 'no session',
  askOther: (url: string, vault: string, sessions: string) =>
    `At ${url} is the vault ${vault}, which holds ${sessions}. Is this the one that is meant from now on?`,
  otherAccepted: (vault: string, url: string) =>
    `The vault ${vault} at ${url} is accepted; the next snapshot goes there.`,
  askRollback: (detail: string, holds: string, name: string) =>
    `${detail}\nIt holds ${holds} of ${name}; what came later is not in it. Was this copy put back on purpose? ` +
    'If not, snapshots were removed: leave it, and look for the newer vault. Continue from here?',
  noSnapshot: 'no snapshot',
  holds: (snapshots: string, newest: string) => `${snapshots}, the newest ${newest}`,
  onlyOnRequest: 'A second vault is made only on request.',
  giveNew: 'A first start makes a vault by itself. Where the key has a vault already, give --new.',
  made: (vault: string, url: string) => `A new vault ${vault} is at ${url}; it is empty.`,
  takeFirst: 'Take the first snapshots: ./leadmaster snapshot create --all',
  repaired: (vault: string, by: string) => `The header of vault ${vault} is written again, proven by ${by}.`,
  whole: (vault: string) => `The header of vault ${vault} is whole: there is nothing to repair.`,
  thenDoctor: 'Then look at the rest: ./leadmaster doctor',
  bothKeys: (file: string) =>
    `Until this has finished the vault needs the old key and the new one; ${file} holds both. Should it be ` +
    'interrupted, nothing is lost and the service can run; give the command again.',
  rotated: (keys: string, key: string, sessions: string) =>
    `${keys} wrapped again. The new key, ${key}, opens all of the vault by itself: ${sessions}.`,
  leftToDo: (file: string) => `What is left to do:
- VAULT_KEY_FILE stays as it is: ${file} holds the new key. Start the service.
- Copy that file to another disk or machine, then: ./leadmaster doctor --key-copied COPY
- Where another machine uses this vault: put the file there before its service runs again.`,
  oldKeys: (keys: string, file: string) =>
    `- The old key (${keys}) opens only copies of the vault from before, and stays in the file for them. ` +
    `Once there is none: delete its line in ${file}, and every copy of the old file.`,
  keyNoted: (key: string, copy: string | null) =>
    `Noted: a copy of the key ${key} is kept elsewhere${copy === null ? '' : ` (${copy})`}.`,
};
