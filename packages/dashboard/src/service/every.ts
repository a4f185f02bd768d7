interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** All items of a list that is told in pages. */
export async function every<T>(
  pageAfter: (query: { limit: number; after?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await pageAfter({ limit: 500, ...(after === undefined ? {} : { after }) });
    found.push(...page.items);
    after = page.cursor;
  }
  return found;
}
