/** What replaces the refusals of commander: nothing, where its own language is wanted. */
export const refusals: readonly (readonly [pattern: RegExp, after: string])[] = [];
