/** What a table has for a name that was told from outside; null where it has none. Also `constructor` may be told, which every object has. */
export function wordOf<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | null {
  return table !== undefined && Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
