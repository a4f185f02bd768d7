import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { realFs } from '../../src/profile/files.ts';
import { failingFs } from '../profile/helpers.ts';
import { linkSession, NAME, openSessions } from './linked-session.ts';

const PHONE = '5491100000001';

/** A login that came from elsewhere: its record does not say whose it is. */
async function fromElsewhere(fs = realFs) {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadmaster-linked-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  await linkSession(dataDir);
  const open = await openSessions(dataDir, { fs });
  onTestFinished(async () => {
    await open.sessions.close();
    open.store.close();
  });
  await open.sessions.load();
  await open.sessions.boot();
  await expect.poll(() => open.engine.runs.length).toBe(1);
  open.engine.run.login(PHONE);
  await expect.poll(async () => (await open.sessions.get(NAME)).state).toBe('READY');
  return open;
}

test('who is linked is written down at the first READY, and told after it was stopped', async () => {
  const { profiles, sessions } = await fromElsewhere();
  expect((await profiles.readRecord(NAME))?.account).toMatchObject({ phone: PHONE });
  await sessions.stop(NAME);
  expect(await sessions.get(NAME)).toMatchObject({ account: { phone: PHONE } });
});

test('a failed write of the note does not keep a session from READY', async () => {
  const fs = failingFs((operation, path) => (operation === 'open' && path.endsWith('.tmp') ? 'EIO' : undefined));
  const { profiles } = await fromElsewhere(fs);
  expect((await profiles.readRecord(NAME))?.account).toBeNull();
});
