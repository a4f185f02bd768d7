/** The words for a name that was told from outside; null where there are none. Also `constructor` may be told, which every object has. */
export function wordOf(table: Readonly<Record<string, string>> | undefined, name: string): string | null {
  return table !== undefined && Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
