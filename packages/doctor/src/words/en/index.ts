import type { DoctorWords } from '../types.ts';
import { code } from './code.ts';
import { installation } from './installation.ts';
import { sessions } from './sessions.ts';
import { vault } from './vault.ts';
import { whatsapp } from './whatsapp.ts';

export const en: DoctorWords = {
  severity: { ok: 'ok', note: 'note', warning: 'warning', problem: 'problem' },
  fixed: 'fixed',
  notFixed: 'not fixed',
  found: {
    problem: { one: '1 problem', many: '{count} problems' },
    warning: { one: '1 warning', many: '{count} warnings' },
    note: { one: '1 note', many: '{count} notes' },
  },
  problems: { what: 'There are problems.', fix: 'Each has a suggested fix.' },
  ok: {
    data_folder: 'the data folder is there',
    place: 'the data folder is where it was, and no login waits because of that',
    database: 'the database can be read',
    permissions: 'only the owner has access',
    owners: 'everything belongs to one user',
    user: 'not run as root',
    browsers: 'only browsers that LeadMaster started run on profiles',
    locks: 'no lock of an ended process is left',
    profiles: 'every session has its profile, every profile has its session, every login is whole',
    moved: 'no session that moved away is still in place',
    transfers: 'no transfer to or from here is stuck',
    hubs: 'every hub that reads the log of events here keeps up',
    sessions: 'no session fails to run or waits for a QR scan',
    people: 'WhatsApp asks nothing of the operator, and restricts no account',
    pages: 'the last probes of WhatsApp Web found no broken feature',
    builds: 'sessions run the chosen builds of WhatsApp Web',
    code: 'no code or settings name another folder for sessions',
    chromium: 'the browser is no older than any profile',
    whatsapp: 'WhatsApp Web can be reached, by the route that the browsers use',
    vault: 'the vault can be reached, or is created at the first start',
    vault_key: 'the key of the vault is private and has a backup, or is created at the first start',
    vault_disk: 'the vault does not share a disk with the profiles',
    snapshots: 'every login has a recent snapshot',
    disk: 'the disk has room',
    foreign: 'the folders of LeadMaster hold no foreign files',
    git: 'no login or key can reach a git repository',
  },
  findings: { ...installation, ...sessions, ...whatsapp, ...code, ...vault },
};
