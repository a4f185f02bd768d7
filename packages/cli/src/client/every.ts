/** All items of a paged list. */
export async function every<T>(
  page: (after: { after?: string }) => Promise<{ items: T[]; cursor?: string | null | undefined }>,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const { items: next, cursor }: { items: T[]; cursor?: string | null | undefined } = await page(
      after === null ? {} : { after },
    );
    items.push(...next);
    after = cursor ?? null;
  } while (after !== null);
  return items;
}
