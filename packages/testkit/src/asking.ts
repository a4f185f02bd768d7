import type { Client } from '@leadmaster/client';
import { LeadMasterError, type QrCode } from '@leadmaster/protocol';

/** A service that does not answer in this time is asked again. */
const SOON_MS = 5_000;

/** The part of a call's input that says which session. */
export function of(session: string): { params: { session: string } } {
  return { params: { session } };
}

/** Whether a service answers at all, or says that it has taken up its sessions. */
export function answers(client: Client, question: 'health' | 'ready' = 'health'): Promise<boolean> {
  return client.call(question, {}, { timeoutMs: SOON_MS }).then(
    () => true,
    () => false,
  );
}

/** The QR to scan now; null while there is none. */
export async function qrToScan(client: Client, session: string): Promise<QrCode | null> {
  try {
    return await client.call('getQr', of(session));
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'not_waiting_for_qr') return null;
    throw error;
  }
}

/** The id of the last event that a service has told. */
export async function endOfLog(client: Client): Promise<number> {
  for (let after = 0; ; ) {
    const { items, cursor } = await client.call('listEvents', { query: { after, limit: 1000 } });
    if (items.length === 0) return cursor;
    after = cursor;
  }
}
