import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { isStagingName, stagingName, transferNames } from '../../src/profile/staging-names.ts';

const { files, profile } = transferNames(`tr_${randomUUID()}`);
const OURS = [
  ...[stagingName('capture', 'ventas'), stagingName('trim', 'acme.ventas'), files, profile],
  'leadmaster-sqlite-aB3dE6',
  '.leadmaster-0a1b2c3d4e5f.tmp',
];

test.each([...OURS, `${stagingName('restore', 'a')}.swap.json`, `${profile}.swap.json`])(
  'staging has %s by LeadMaster',
  (name) => expect(isStagingName(name)).toBe(true),
);

test.each([
  'Thumbs.db',
  ...OURS.map((name) => `._${name}`),
  ...OURS.map((name) => `${name} (conflicted copy)`),
  'restore-ventas',
  'restore-../a-0a1b2c3d4e5f',
  'transfer-notes',
  'my.swap.json',
])('%s in staging is foreign', (name) => expect(isStagingName(name)).toBe(false));
