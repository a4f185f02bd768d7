/** A signal that aborts after so many milliseconds, or with one of those given. What is not given is left out. */
export function deadline(ms: number, ...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return anyOf(AbortSignal.timeout(ms), ...signals);
}

/** A signal that aborts with the first of those given. What is not given is left out. */
export function anyOf(first: AbortSignal, ...others: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = others.filter((signal) => signal !== undefined);
  return given.length === 0 ? first : AbortSignal.any([first, ...given]);
}

/** Whether an error says that a deadline has passed: of a signal, or of a library that names its error the same. */
export function isOverdue(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** The result of the work, or `late` after so many milliseconds. The work continues; a later failure is ignored. */
export async function within<T, L>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  const overdue = Promise.withResolvers<L>();
  const timer = setTimeout(() => overdue.resolve(late), ms);
  try {
    return await Promise.race([work, overdue.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
