/** The tenant of a session by its full name; null for a session of the operator. */
export function tenantOf(name: string): string | null {
  const dot = name.indexOf('.');
  return dot < 0 ? null : name.slice(0, dot);
}
