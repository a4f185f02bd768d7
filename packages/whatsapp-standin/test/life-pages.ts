import type { Session } from './browser.ts';
import { PATIENCE_MS, until } from './browser.ts';

/** The QR that a page shows now, put together from its modules as the library does it; null while it shows none. */
const QR = `(async () => {
  const { Conn } = require('WAWebConnModel');
  if (require('WAWebSocketModel').Socket.state !== 'UNPAIRED') return null;
  const { encodeB64 } = require('WABase64');
  const noise = await require('WAWebUserPrefsInfoStore').waNoiseInfo.get();
  const identity = await require('WAWebSignalStoreApi').waSignalStore.getRegistrationInfo();
  return [
    Conn.ref,
    encodeB64(noise.staticKeyPair.pubKey),
    encodeB64(identity.identityKeyPair.pubKey),
    require('WAWebUserPrefsMultiDevice').getADVSecretKey(),
    require('WAWebCompanionRegClientUtils').DEVICE_PLATFORM,
  ].join(',');
})()`;

/** Waits until the page answers with something that is true, over any number of its own navigations. */
export async function answered<T>(session: Session, code: string, timeoutMs = PATIENCE_MS): Promise<T> {
  let answer: unknown;
  const ask = async () => {
    answer = await session.page(code).catch(() => null);
    return Boolean(answer);
  };
  await until(ask, `the page to say yes to ${code.slice(0, 200)}`, timeoutMs);
  return answer as T;
}

/** The QR that the page shows, once it shows one. */
export function shownQr(session: Session): Promise<string> {
  return answered<string>(session, QR);
}

/** The first QR that the page shows with another reference than an earlier one. */
export async function nextQr(session: Session, earlier: string): Promise<string> {
  const refOf = (qr: string) => qr.split(',')[0];
  await until(async () => refOf(await shownQr(session)) !== refOf(earlier), 'a QR with another reference');
  return shownQr(session);
}

/** Waits until the page shows an element with that test id. */
export function shown(session: Session, testId: string, timeoutMs?: number): Promise<unknown> {
  return answered(session, `Boolean(document.querySelector('[data-testid="${testId}"]'))`, timeoutMs);
}

export function click(session: Session, testId: string): Promise<unknown> {
  return session.page(`document.querySelector('[data-testid="${testId}"]').click()`);
}

/** Where the page is, without its host. */
export function address(session: Session): string {
  const url = new URL(session.client.pupPage?.url() ?? 'about:blank');
  return url.pathname + url.search;
}
