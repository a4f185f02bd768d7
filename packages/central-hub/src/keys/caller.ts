import { BlockList, isIP } from 'node:net';
import { nameOf, SCOPES, type Scope, tenantOf, ownName as withoutTenant } from '@leadmaster/protocol';
import type { KeyRecord } from '../store/records.ts';

/** Who asks: what a key stands for. Names of sessions are full ones. */
export interface Caller {
  kind: 'operator' | 'tenant';
  tenant: string | null;
  scopes: ReadonlySet<Scope>;
  /** The sessions that the key is good for; null for all of its tenant, or of the installation. */
  sessions: ReadonlySet<string> | null;
  /** Null for the admin key, which is no record. */
  keyId: string | null;
  /** False for a call that brought none: no machine is asked for it with the key of the hub. */
  hasKey: boolean;
  /** The sign-in of the browser that asks; null where a key is presented. */
  signIn: string | null;
}

/** The admin key of the data folder, and the service token. */
export const OPERATOR: Caller = {
  kind: 'operator',
  tenant: null,
  scopes: new Set(SCOPES),
  sessions: null,
  keyId: null,
  hasKey: true,
  signIn: null,
};

/** A service of this machine that calls a route of earlier LeadMaster services under `LEADMASTER_COMPAT=open`. */
export const KEYLESS: Caller = { ...OPERATOR, scopes: new Set(['read', 'control', 'send']), hasKey: false };

export function callerOf({ id, tenant, scopes, sessions }: KeyRecord): Caller {
  return {
    kind: tenant === null ? 'operator' : 'tenant',
    tenant,
    scopes: new Set(scopes),
    sessions: sessions === null ? null : new Set(sessions),
    keyId: id,
    hasKey: true,
    signIn: null,
  };
}

/** The full name of the session that a caller names: a tenant's key may leave its own prefix out. */
export function fullName({ tenant }: Caller, given: string): string {
  return given.startsWith(`${tenant}.`) ? given : nameOf(tenant, given);
}

/** The name that a caller knows a session by. */
export function ownName({ tenant }: Caller, full: string): string {
  return tenant !== null && tenantOf(full) === tenant ? withoutTenant(full) : full;
}

/** Whether a session, by its full name, exists for a caller. */
export function mayReach({ tenant, sessions }: Caller, full: string): boolean {
  if (tenant !== null && tenantOf(full) !== tenant) return false;
  return sessions === null || sessions.has(full);
}

/** Whether a key may come from an address. */
export function isAllowedFrom({ addresses }: KeyRecord, from: string): boolean {
  if (addresses === null) return true;
  const allowed = new BlockList();
  for (const each of addresses) {
    const [address = '', bits] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) allowed.addAddress(address, family);
    else allowed.addSubnet(address, Number(bits), family);
  }
  return allowed.check(from, isIP(from) === 6 ? 'ipv6' : 'ipv4');
}
