/** The hub: tenants, keys, machines. */
export const hub = {
  operator: '(operator)',
  all: 'all',
  tenantHead: ['TENANT', 'TITLE', 'SESSIONS', 'KEYS', 'SINCE'],
  keyHead: ['ID', 'NAME', 'TENANT', 'SCOPES', 'SESSIONS', 'EXPIRES', 'LAST USED'],
  machineHead: ['MACHINE', 'STATE', 'SESSIONS', 'MEMORY FREE', 'DISK FREE', 'SEEN', 'VERSION', 'ADDRESS'],
  noTenant: 'There is no tenant yet. Add one: ./leadmaster tenants create NAME',
  noKey: 'There is no key yet. Make one: ./leadmaster keys create NAME --tenant TENANT',
  noMachine: 'There is no machine yet. Add one: ./leadmaster machines add NAME URL --token-file FILE',
  tenantMade: (name: string) => `${name} is added. Make a key for it: ./leadmaster keys create NAME --tenant ${name}`,
  keyOnce: 'This key is shown this once. Keep it as a password.',
  theToken: 'the token of the machine',
  freeOf: (free: string, total: string) => `${free} of ${total}`,
  askRemoveTenant: (name: string) => `Remove the tenant ${name}, and all its keys?`,
  askRemoveMachine: (name: string) => `Take the machine ${name} from behind the hub?`,
  askRevoke: (id: string) => `Revoke the key ${id}? Programs that use it are refused at once.`,
  other_log: (name: string) =>
    `${name} has another log than the one that was read. Accept it once you know why: ./leadmaster machines change ${name} --accept-log`,
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
