import { auditOf, HUB_ROUTES, type Route } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import { audit as en } from '../src/words/en/audit.ts';
import { audit as es } from '../src/words/es/audit.ts';

/** What the hub writes beside what the routes are called. */
const OTHERS = ['auditBroken', 'claimLink', 'linkByLink', 'openEndedLink', 'pruneAudit', 'recoverHub', 'wrongKey'];

test('every act that the audit tells has words in both languages', () => {
  const audited = Object.values<Route>(HUB_ROUTES).filter((route) => auditOf(route) !== null);
  const acts = [...audited.map(({ id }) => id), ...OTHERS].sort();
  expect([Object.keys(en.acts).sort(), Object.keys(es.acts).sort()]).toEqual([acts, acts]);
});
