/** A session's own name: the whole name of a session of the operator, and of a tenant's the part behind the dot. */
const OWN = '[a-z0-9][a-z0-9_-]{0,62}';

/** Without "_", so that a tenant's name may stand where host names do. */
const TENANT = '[a-z0-9][a-z0-9-]{0,30}';

/**
 * A session's name: `ventas`, or a tenant's, `acme.ventas`, 95 characters at most. It is also its folder's name under
 * `tokens/`: one rule, no slugging, so two names can never meet in one folder.
 */
export const SESSION_NAME_PATTERN = new RegExp(`^(?:${TENANT}\\.)?${OWN}$`);

const OWN_NAME_PATTERN = new RegExp(`^${OWN}$`);
export const TENANT_NAME_PATTERN = new RegExp(`^${TENANT}$`);

export const OWN_NAME_RULE =
  'a session name is 1 to 63 characters: lower-case letters, digits, "_" and "-", beginning with a letter or digit';

export const SESSION_NAME_RULE = `${OWN_NAME_RULE}; that of a tenant has the tenant and a dot before it, as in acme.ventas`;

export const TENANT_NAME_RULE =
  'a tenant name is 1 to 31 characters: lower-case letters, digits and "-", beginning with a letter or digit';

/** Whether a text may name a session, the operator's or a tenant's. */
export function isSessionName(text: string): boolean {
  return SESSION_NAME_PATTERN.test(text);
}

/** Whether a text may name a session within its tenant, or one of the operator: there is no tenant in it. */
export function isOwnName(text: string): boolean {
  return OWN_NAME_PATTERN.test(text);
}

/** The tenant of a session by its name; null for a session of the operator. */
export function tenantOf(name: string): string | null {
  const dot = name.indexOf('.');
  return dot < 0 ? null : name.slice(0, dot);
}

/** The name of a session without its tenant: what the tenant calls it. */
export function ownName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** The name of a session on the wire, on disk and in the vault. `tenant`: null for the operator. */
export function nameOf(tenant: string | null, own: string): string {
  return tenant === null ? own : `${tenant}.${own}`;
}
