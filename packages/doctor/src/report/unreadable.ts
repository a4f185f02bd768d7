import { errorText } from '@leadmaster/protocol';

/** Something that is there and could not be read, with the reason. It is never told as if it were nothing. */
export interface Unreadable {
  unreadable: string;
}

/** What a read brings; or why it brings nothing. */
export async function orUnreadable<T>(read: () => Promise<T>): Promise<T | Unreadable> {
  try {
    return await read();
  } catch (error) {
    const { cause } = error as Error;
    return { unreadable: errorText(cause ?? error) };
  }
}

/** Narrows to what could not be read. */
export function isUnreadable(what: object | null): what is Unreadable {
  return what !== null && 'unreadable' in what;
}
