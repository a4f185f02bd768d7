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
  linkOnce: 'It signs one browser in, once, within ten minutes, with all that your key may do.',
  theToken: 'the token of the machine',
  freeOf: (free: string, total: string) => `${free} of ${total}`,
  askRemoveTenant: (name: string) => `Remove the tenant ${name}, and all its keys?`,
  askRemoveMachine: (name: string) => `Take the machine ${name} from behind the hub?`,
  askRevoke: (id: string) => `Revoke the key ${id}? Programs that use it are refused at once.`,
  other_log: (name: string) =>
    `${name} has another log than the one that was read. Accept it once you know why: ./leadmaster machines change ${name} --accept-log`,
  removed: (name: string) => `${name} is removed.`,
  revoked: (id: string) => `The key ${id} is revoked.`,
};
