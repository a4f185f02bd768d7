import { LeadMasterError, type Me, type Scope } from '@leadmaster/protocol';
import { signal } from '@preact/signals';
import { client, isSignedOut } from './client.ts';

/** Who is signed in; null before that is known, and where no one is signed in. */
export const me = signal<Me | null>(null);
/** Why that could not be asked; null where it could. */
export const meFailure = signal<unknown>(null);

export function may(scope: Scope): boolean {
  return me.value?.scopes.includes(scope) === true;
}

/** Asks who the cookie stands for. */
export async function lookWhoIsIn(): Promise<void> {
  try {
    me.value = await client.call('getMe');
    isSignedOut.value = false;
    meFailure.value = null;
  } catch (error) {
    me.value = null;
    const isOut = error instanceof LeadMasterError && error.code === 'unauthorized';
    meFailure.value = isOut ? null : error;
    isSignedOut.value = isOut;
  }
}

/** @throws LeadMasterError where the key or the code opens nothing. */
export async function signIn(body: { key: string } | { code: string }): Promise<void> {
  const before = me.value;
  me.value = await client.call('signIn', { body });
  isSignedOut.value = false;
  // What was shown to the one before goes with the page.
  if (before !== null) location.reload();
}

/** Begins the page again where the cookie stands for another caller by now: another tab has signed in. */
export async function requireSameCaller(): Promise<void> {
  const [before, now] = [me.value, await client.call('getMe')];
  if (before !== null && markOf(before) !== markOf(now)) location.reload();
}

function markOf({ kind, tenant, keyId }: Me): string {
  return JSON.stringify([kind, tenant, keyId]);
}

export async function signOut(): Promise<void> {
  await client.call('signOut');
  // All that was shown goes with the page.
  location.assign('/');
}

/** The code of the link that opened the page; it stands behind "#" and is removed from the address at once. */
export function takeCode(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (location.pathname !== '/sign-in' || code === null) return null;
  history.replaceState(null, '', '/');
  return code;
}
