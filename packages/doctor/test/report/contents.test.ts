import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { measureProfile } from '../../../session-manager/src/profile/measure.ts';
import { contentsOf } from '../../src/report/contents.ts';

test('a part that holds files of several worths is told once for each, as storage counts them', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'leadmaster-contents-'));
  onTestFinished(() => rm(profile, { recursive: true, force: true }));
  for (const path of ['Default/Service Worker/CacheStorage/1/media', 'Default/Service Worker/Database/000003.log']) {
    await mkdir(dirname(join(profile, path)), { recursive: true });
    await writeFile(join(profile, path), 'x'.repeat(path.length));
  }
  const { parts } = await contentsOf(profile);
  const { classes } = await measureProfile(profile);
  expect(parts.map((part) => part.class)).toEqual(['important', 'optional']);
  for (const { class: kind, bytes } of parts) expect([kind, bytes]).toEqual([kind, classes[kind]]);
});
