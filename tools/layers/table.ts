/**
 * Who may import whom. Rows stand from the outside in: what a row may import stands below it, so no loop can be written
 * down. A new folder or package is one row, at its height. `npm run check` holds every file to it.
 */

/** A room: a folder, or one file. A file belongs to the row that names it most exactly. */
export interface Room {
  /** Path from the checkout's root; a glob where one row stands for the same folder of every package. */
  room: string;
  /** Rooms of the same package that it may import, by their names in `src/`. Left out: all in the rows below. */
  rooms?: readonly string[];
  /** Packages of this workspace that it may import. Left out: those of the row of its package. */
  packages?: readonly string[];
  /** Libraries that it may import, `node:` for Node's own. Left out: what its package.json declares, and Node's own. */
  libraries?: readonly string[];
  /** Never runs at an operator's: every package may be imported, and devDependencies count as declared. */
  development?: true;
  /** Rooms of other packages, as globs, that it may reach by a relative path instead of by what they export. */
  reach?: readonly string[];
  why: string;
}

/** A library that product code uses in a few rooms only, however many its package has. */
export interface KeptLibrary {
  libraries: readonly string[];
  rooms: readonly string[];
  why: string;
}

const MANAGER = 'packages/session-manager/src';
const HUB = 'packages/central-hub/src';
const KIT = 'packages/service-kit/src';
const DASHBOARD = 'packages/dashboard/src';
const DOCTOR = 'packages/doctor/src';

export const ROOMS: readonly Room[] = [
  {
    room: 'packages/doctor/test',
    development: true,
    reach: ['packages/session-manager/test', MANAGER],
    why: 'They write installations as the service does.',
  },
  {
    room: 'packages/*/{test,prove,example}',
    development: true,
    reach: ['packages/*/{test,prove}', `${MANAGER}/profile`],
    why: 'Tests share helpers, which no package exports, and look at what they test from close by.',
  },
  {
    room: 'bench',
    development: true,
    reach: ['packages/cli/src'],
    why: 'Benchmarks start the command as a user does.',
  },
  { room: 'tools', development: true, why: 'Checks and builds of the checkout itself.' },
  { room: 'packages/dashboard/vite.config.ts', development: true, why: 'Settings of the build.' },
  { room: '*.ts', development: true, why: 'Settings of the test runner.' },
  {
    room: 'scripts',
    packages: [],
    libraries: ['node:'],
    why: 'The launchers run before anything is installed.',
  },
  {
    room: 'packages/testkit/src',
    development: true,
    reach: [MANAGER],
    why: 'Doubles stand in for interfaces that the session manager does not export. Tests alone import them.',
  },
  {
    room: 'packages/cli/src',
    packages: ['doctor', 'central-hub', 'session-manager', 'service-kit', 'vault', 'client', 'protocol'],
    why: 'The command line is a client of the services, and their host. Nothing imports it.',
  },
  { room: `${DOCTOR}/report`, why: 'It tells what the diagnosis found and what the installation holds.' },
  {
    room: DOCTOR,
    packages: ['session-manager', 'service-kit', 'vault', 'capture', 'protocol'],
    why: 'It looks at an installation through what the session manager exports for that. No service imports it: its host does.',
  },
  {
    room: `${DOCTOR}/checks`,
    rooms: ['installation.ts', 'machine.ts', 'key-copy.ts', 'code', 'finding.ts', 'octal.ts'],
    why: 'A check judges one look, and knows no language.',
  },
  {
    room: `${DOCTOR}/installation.ts`,
    rooms: ['machine.ts', 'code'],
    why: 'The one look: it gathers, and judges nothing.',
  },
  {
    room: `${DOCTOR}/machine.ts`,
    rooms: ['key-copy.ts'],
    why: 'What is asked beside files; tests answer in its place.',
  },
  { room: `${DOCTOR}/key-copy.ts`, rooms: [], why: 'One note, and the key that it is about.' },
  { room: `${DOCTOR}/code`, rooms: [], why: 'It reads code of others, and knows no finding.' },
  {
    room: `${DOCTOR}/words`,
    rooms: ['finding.ts'],
    packages: ['protocol'],
    libraries: [],
    why: 'Words know no machine; the form of a time is the one of all.',
  },
  { room: `${DOCTOR}/octal.ts`, rooms: [], packages: [], libraries: [], why: 'One form of a mode.' },
  { room: `${DOCTOR}/finding.ts`, rooms: [], packages: [], libraries: [], why: 'Names of what can be found.' },
  {
    room: HUB,
    packages: ['service-kit', 'client', 'protocol'],
    why: 'It touches no profile and no browser, and speaks with session managers over HTTP alone.',
  },
  {
    room: `${HUB}/http`,
    rooms: ['events', 'moves', 'onboarding', 'keys', 'machines', 'store'],
    why: 'It reads, asks and forwards.',
  },
  {
    room: `${HUB}/onboarding`,
    rooms: ['keys', 'machines', 'store'],
    why: 'It links accounts on their machines for those who have a link; what a request is, HTTP says.',
  },
  {
    room: `${HUB}/onboarding/page`,
    rooms: [],
    packages: ['protocol'],
    libraries: ['node:'],
    why: 'Pages are made of what they are given, and of the files beside them.',
  },
  {
    room: `${HUB}/backups`,
    rooms: ['machines', 'store'],
    why: 'It sends what the store holds to a machine with a vault, and knows no caller.',
  },
  {
    room: `${HUB}/moves`,
    rooms: ['machines', 'store'],
    why: 'It has machines move sessions, and knows no caller.',
  },
  {
    room: `${HUB}/events`,
    rooms: ['keys', 'machines', 'store'],
    why: 'It brings the logs of machines into the store, and out of it to readers.',
  },
  { room: `${HUB}/keys`, rooms: ['store'], packages: ['protocol'], why: 'Who asks, by the key that is presented.' },
  { room: `${HUB}/machines`, rooms: ['store'], why: 'Lines to session managers.' },
  {
    room: MANAGER,
    packages: ['service-kit', 'vault', 'capture', 'client', 'protocol'],
    why: 'Files beside the folders put them together. Services never import each other, nor the stand-in or the testkit.',
  },
  {
    room: `${MANAGER}/http`,
    rooms: ['lifecycle', 'transfer', 'adopt', 'trash', 'disk', 'builds', 'snapshots', 'config'],
    why: 'It parses, calls and replies; http -> lifecycle -> engine, profile, state.',
  },
  { room: `${MANAGER}/lifecycle`, why: 'It runs sessions, with everything but HTTP. It is never asked back.' },
  {
    room: `${MANAGER}/lifecycle/machine.ts`,
    rooms: [],
    packages: ['protocol'],
    libraries: [],
    why: 'The machine is pure: state and event in, state and effects out.',
  },
  {
    room: `${MANAGER}/transfer`,
    rooms: ['access', 'snapshots', 'state', 'profile'],
    why: 'It is told what a session is by those who call it.',
  },
  {
    room: `${MANAGER}/adopt`,
    rooms: ['access', 'snapshots', 'profile', 'process'],
    why: 'It takes folders of other programs; what becomes of them is for those who call it.',
  },
  {
    room: `${MANAGER}/trash`,
    rooms: ['access', 'state', 'profile'],
    why: 'It brings back what was set aside; what a session is, those who call it say.',
  },
  {
    room: `${MANAGER}/disk`,
    rooms: ['access', 'snapshots', 'state', 'profile', 'config'],
    why: 'It measures; it is told what a session is by those who call it.',
  },
  {
    room: `${MANAGER}/builds`,
    rooms: ['snapshots', 'state', 'profile', 'engine'],
    why: 'It says which build may open a profile; those who start sessions ask it.',
  },
  {
    room: `${MANAGER}/snapshots`,
    rooms: ['snapshot-metrics.ts', 'access', 'state', 'profile', 'engine', 'config'],
    why: 'It copies and restores; it is told what a session is by those who call it.',
  },
  {
    room: `${MANAGER}/snapshot-metrics.ts`,
    rooms: ['session-gauge.ts', 'state'],
    why: 'Counters of what the database remembers.',
  },
  { room: `${MANAGER}/session-gauge.ts`, rooms: [], why: 'One form of a gauge, for every measurement of sessions.' },
  {
    room: `${MANAGER}/access`,
    rooms: [],
    packages: ['capture', 'protocol'],
    libraries: [],
    why: 'What may be asked of sessions by those below lifecycle: interfaces alone.',
  },
  { room: `${MANAGER}/state`, rooms: [], why: 'It keeps what it is given.' },
  { room: `${MANAGER}/profile`, rooms: [], why: 'It knows folders, not what runs on them.' },
  { room: `${MANAGER}/engine`, rooms: ['process', 'config'], why: 'An engine knows browsers, not sessions.' },
  { room: `${MANAGER}/process`, rooms: [], why: 'It knows processes, not sessions.' },
  { room: `${MANAGER}/config`, rooms: [], why: 'Settings know nothing of what they set.' },
  { room: `${MANAGER}/steady-clock.ts`, rooms: [], libraries: [], why: 'A clock.' },
  { room: `${MANAGER}/version.ts`, rooms: [], libraries: ['node:'], why: 'It reads one number.' },
  {
    room: `${HUB}/store`,
    rooms: ['secrets'],
    packages: ['service-kit', 'protocol'],
    why: 'It keeps what it is given.',
  },
  { room: `${HUB}/store/migrations`, rooms: [], packages: [], libraries: [], why: 'A schema in words.' },
  {
    room: `${HUB}/config`,
    rooms: [],
    packages: ['service-kit', 'protocol'],
    why: 'Settings know nothing of what they set.',
  },
  { room: `${HUB}/secrets`, rooms: [], packages: ['service-kit', 'protocol'], why: 'It seals what it is given.' },
  {
    room: KIT,
    packages: [],
    why: 'What services share. It knows no service: what is of one is given to it.',
  },
  { room: `${KIT}/http`, rooms: ['wait', 'process'], packages: ['protocol'], why: 'A service binds its routes to it.' },
  {
    room: `${KIT}/settings`,
    rooms: ['files'],
    packages: ['protocol'],
    why: 'Settings know nothing of what they set.',
  },
  { room: `${KIT}/log`, rooms: [], packages: ['protocol'], why: 'Every room may log.' },
  { room: `${KIT}/sqlite`, rooms: ['files'], packages: ['protocol'], why: 'It keeps what it is given.' },
  {
    room: `${KIT}/files`,
    rooms: [],
    packages: ['vault'],
    why: 'It writes what it is given; the vault knows which disks have no hard links.',
  },
  { room: `${KIT}/process`, rooms: [], packages: [], why: 'It knows the process, not what runs in it.' },
  { room: `${KIT}/wait`, rooms: [], packages: [], why: 'Queues and waits know nothing of what waits.' },
  {
    room: 'packages/vault-auth/src',
    packages: ['vault', 'capture', 'protocol'],
    why: 'VaultAuth is for programs of others: it joins libraries to whatsapp-web.js, and brings no service.',
  },
  { room: 'packages/vault/src', packages: ['protocol'], why: 'A library of its own: it knows files and stores alone.' },
  {
    room: 'packages/capture/src',
    packages: ['protocol'],
    why: 'A library of its own: it knows processes and files, no service and no vault.',
  },
  {
    room: 'packages/dashboard/demo',
    packages: ['client', 'protocol'],
    libraries: ['preact', '@preact/signals'],
    why: 'The page of the demo: the dashboard, with the phone at its side. The dashboard knows nothing of it.',
  },
  {
    room: DASHBOARD,
    packages: ['client', 'protocol'],
    libraries: ['preact', '@preact/signals'],
    why: 'A page for browsers: it speaks with the hub alone, as any program does. No service imports it: the hub is given its files.',
  },
  {
    room: `${DASHBOARD}/session`,
    rooms: ['ui', 'chart', 'model', 'service', 'words'],
    libraries: ['preact', 'uqr'],
    why: 'The page of one session.',
  },
  {
    room: `${DASHBOARD}/sessions`,
    rooms: ['ui', 'model', 'service', 'words'],
    why: 'The list, and what makes a session.',
  },
  {
    room: `${DASHBOARD}/{machines,tenants,keys,audit}`,
    rooms: ['ui', 'model', 'service', 'words'],
    why: 'The views of the installation, for the operator. None knows another.',
  },
  {
    room: `${DASHBOARD}/chart`,
    rooms: ['ui', 'model', 'words'],
    libraries: ['preact', '@preact/signals', 'uplot'],
    why: 'Lines over time, loaded when the first is shown.',
  },
  { room: `${DASHBOARD}/ui`, rooms: ['model', 'service', 'words'], why: 'Parts that every view is made of.' },
  { room: `${DASHBOARD}/model`, rooms: ['service', 'words'], why: 'What is shown of a session, without any drawing.' },
  { room: `${DASHBOARD}/service`, rooms: [], why: 'What the hub tells, and what it is asked.' },
  { room: `${DASHBOARD}/words`, rooms: [], packages: ['protocol'], why: 'Words know no service.' },
  {
    room: 'packages/client/src',
    packages: ['protocol'],
    libraries: ['eventsource-parser'],
    why: 'It runs in a browser too: on fetch, without Node.',
  },
  {
    room: 'packages/whatsapp-standin/src',
    packages: [],
    why: 'The stand-in plays WhatsApp: it knows nothing of LeadMaster.',
  },
  {
    room: 'packages/protocol/src',
    packages: [],
    libraries: ['zod'],
    why: 'Everything imports it, in a browser too.',
  },
];

export const KEPT_LIBRARIES: readonly KeptLibrary[] = [
  {
    libraries: ['whatsapp-web.js'],
    rooms: [`${MANAGER}/engine/wwebjs`, 'packages/vault-auth/src'],
    why: 'What the library does and forgets is handled in one place.',
  },
  { libraries: ['puppeteer-core'], rooms: [`${MANAGER}/engine`], why: 'Browsers are driven by engines alone.' },
  {
    libraries: ['better-sqlite3'],
    rooms: [`${KIT}/sqlite`, `${MANAGER}/state`, `${MANAGER}/profile`, 'packages/capture/src'],
    why: 'Rows are the business of few: the database, the locks, and checks of the databases of a profile.',
  },
  {
    libraries: ['kysely', 'pg'],
    rooms: [`${HUB}/store`],
    why: 'One set of queries for both databases, in one place.',
  },
  {
    libraries: ['fastify', 'fastify-type-provider-zod', '@fastify/swagger', '@fastify/swagger-ui'],
    rooms: [`${KIT}/http`, `${MANAGER}/http`, `${HUB}/http`],
    why: 'HTTP ends where the handlers do.',
  },
  {
    libraries: ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'],
    rooms: ['packages/vault/src/store'],
    why: 'The rest of the vault knows blobs, wherever they lie.',
  },
];
