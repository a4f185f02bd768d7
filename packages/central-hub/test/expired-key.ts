import type { Scope } from '@leadmaster/protocol';
import { hashOf, newKey, writeKey } from '../src/keys/key-text.ts';
import type { HubStore } from '../src/store/index.ts';

/** A key whose time is over. None can be made so through the hub. */
export async function expiredKey(
  { keys }: Pick<HubStore, 'keys'>,
  tenant: string,
  scopes: readonly Scope[],
): Promise<string> {
  const made = newKey();
  const [createdAt, expiresAt] = [new Date('2019-01-01T00:00:00Z'), new Date('2020-01-01T00:00:00Z')];
  const rest = { name: 'expired', sessions: null, addresses: null, lastUsedAt: null };
  await keys.create({ ...rest, id: made.id, tenant, scopes, createdAt, expiresAt }, hashOf(made.secret));
  return writeKey(made);
}
