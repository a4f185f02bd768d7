/** Counts in words, for a report: `hub 3, manager 2`. */
export function counted(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ');
}
