import type { AuditProblem } from '@leadmaster/protocol';

/** The hub: tenants, keys, machines, audit. */
export const hub = {
  operator: '(operator)',
  all: 'all',
  tenantHead: ['TENANT', 'TITLE', 'SESSIONS', 'KEYS', 'SINCE'],
  linkHead: ['ID', 'STATE', 'ENDS', 'OPENED', 'TIMES', 'TRIES AFTER THE END', 'NUMBER'],
  linkStates: { waiting: 'waiting', linked: 'linked', expired: 'expired', revoked: 'revoked' },
  keyHead: ['ID', 'NAME', 'TENANT', 'SCOPES', 'SESSIONS', 'EXPIRES', 'LAST USED'],
  machineHead: ['MACHINE', 'STATE', 'SESSIONS', 'MEMORY FREE', 'DISK FREE', 'SEEN', 'VERSION', 'ADDRESS'],
  auditHead: ['LINE', 'TIME', 'WHO', 'WHAT', 'ON WHAT', 'RESULT', 'FROM'],
  noAudit: 'There is nothing of that in the audit.',
  auditExported: (path: string, lines: number, line: number) =>
    `${path} has ${lines} lines of the audit, up to ${line}.`,
  auditKeep:
    'Keep it on another machine: ./leadmaster audit verify FILE tells later whether anything up to there was removed.',
  auditWhole: (lines: number, line: number) => `The audit is whole: ${lines} lines, up to ${line}.`,
  auditKept: 'Everything up to the head in the file is as it was.',
  auditDiffers: (line: number) => `The file itself was changed: its line ${line} is not the one of the audit.`,
  auditPruned:
    'The head in the file is older than what is kept: what it stands for was removed by age (HUB_AUDIT_DAYS).',
  auditProblems: {
    line_missing: (line: number) => `From line ${line} on, lines are missing.`,
    line_changed: (line: number) => `Line ${line} was changed.`,
    line_added: (line: number) => `From line ${line} on, lines were added that are not the hub's.`,
    tail_cut: (line: number) => `From line ${line} on, the end was cut off.`,
    head_forged: (line: number) => `The head of the audit, at line ${line}, was changed.`,
    checkpoint_forged: (line: number) => `The checkpoint of the last pruning, at line ${line}, was changed.`,
    broken_earlier: (line: number) => `Line ${line} tells that the hub has found the audit damaged.`,
    other_head: (line: number) => `Line ${line} is not the one that the file was made with.`,
  } satisfies Record<AuditProblem, (line: number) => string>,
  noAuditHead: (path: string) => `${path} does not end with a head of the audit.`,
  noAuditHeadHint: 'Name a file that ./leadmaster audit export has written.',
  noTenant: 'There is no tenant yet. Add one: ./leadmaster tenants create NAME',
  noKey: 'There is no key yet. Make one: ./leadmaster keys create NAME --tenant TENANT',
  noMachine: 'There is no machine yet. Add one: ./leadmaster machines add NAME URL --token-file FILE',
  tenantMade: (name: string) => `${name} is added. Make a key for it: ./leadmaster keys create NAME --tenant ${name}`,
  keyOnce: 'This key is shown this once. Keep it as a password.',
  keyTry: (url: string) =>
    `Try it: curl -H "Authorization: Bearer KEY" ${url}/v1/sessions    More lines, to send and to hear answers: docs/http.md`,
  noLink: (name: string) => `${name} has no link. Make one: ./leadmaster links create ${name}`,
  linkOnce: (until: string) => `Send this link to the owner of the phone. It is shown this once, and ends at ${until}.`,
  askRevokeLink: (id: string) => `Revoke the link ${id}? A page of it that is open ends at once.`,
  linkRevoked: (id: string) => `The link ${id} is revoked.`,
  dashboardLinkOnce: 'It signs one browser in, once, within ten minutes, with all that your key may do.',
  theToken: 'the token of the machine',
  freeOf: (free: string, total: string) => `${free} of ${total}`,
  askRemoveTenant: (name: string) => `Remove the tenant ${name}, and all its keys?`,
  askRemoveMachine: (name: string) => `Take the machine ${name} from behind the hub?`,
  askRevoke: (id: string) => `Revoke the key ${id}? Programs that use it are refused at once.`,
  other_log: (name: string) =>
    `${name} has another log than the one that was read. Accept it once you know why: ./leadmaster machines change ${name} --accept-log`,
  unreadable: (name: string) =>
    `${name} answers otherwise than this hub reads, so its news are missing. Give both the same version: docs/operations.md, "Upgrade".`,
  sendingOfTenant: (name: string, sending: 'on' | 'off') =>
    sending === 'on' ? `The sessions of ${name} may send.` : `The sessions of ${name} only listen.`,
  sendingOfMachine: (name: string, sending: 'on' | 'off') =>
    sending === 'on' ? `The sessions on ${name} may send.` : `The sessions on ${name} only listen.`,
  untold: (machine: string) =>
    `${machine} could not be told yet for whom sending is off. It is told as soon as it answers, and before any text goes to it through the hub.`,
  listens: 'listens',
  linkedTwice: (account: string, sessions: string) => `${account} is linked in several sessions: ${sessions}`,
  movedTo: (name: string, machine: string) => `${name} has moved to ${machine}.`,
  isOn: (name: string, machine: string, state: string) => `${name} is on ${machine}, and is ${state} there.`,
  staysOn: (name: string, machine: string, wanted: string) => `${name} is on ${machine}, not on ${wanted}.`,
  leftHead: ['SESSION', 'CODE', 'WHY'],
  emptied: (name: string, moved: number) =>
    `${name} has no session left; ${moved === 1 ? '1 session has' : `${moved} sessions have`} moved.`,
  notEmpty: (name: string, left: number) =>
    `${name} still has ${left === 1 ? '1 session that' : `${left} sessions that`} could not move.`,
  removed: (name: string) => `${name} is removed.`,
  revoked: (id: string) => `The key ${id} is revoked.`,
};
