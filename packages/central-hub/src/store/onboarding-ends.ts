import type { HubDatabase, HubQueries } from './database.ts';

/**
 * Revokes the links of names that no machine holds now, within the transaction that forgets their sessions: another session
 * that gets such a name is not linked by them.
 */
export async function revokeLinksOfGone(
  { dialect }: HubDatabase,
  db: HubQueries,
  names: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await db
    .updateTable('onboarding_links')
    .set({ revoked_at: dialect.now, code: null })
    .where('session', 'in', names)
    .where('revoked_at', 'is', null)
    .where('session', 'not in', (eb) => eb.selectFrom('homes').select('homes.name').where('homes.name', 'in', names))
    .execute();
}
