import { REQUEST_HEADER } from '@leadmaster/protocol';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect } from 'vitest';
import type { Answer, Ask, TestHub } from './hub.ts';

/** What the page of the hub sends with each of its requests. */
export const FROM_PAGE: Readonly<Record<string, string>> = { [REQUEST_HEADER]: '1' };

/** What a browser sends back of the cookie that it was given. */
export function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** Signs a browser in; answers its cookie. */
export async function signedIn({ ask }: TestHub, body: object = { key: ADMIN_KEY }, headers = {}): Promise<string> {
  const answer = await ask('/v1/sign-in', { key: null, body, headers });
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return cookieOf(answer);
}

/** A request of a browser, from the page of the hub itself. */
export function by(cookie: string, more: Ask = {}): Ask {
  return { ...more, key: null, headers: { cookie, ...FROM_PAGE, ...more.headers } };
}
