import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { asOrdinaryUser } from '../../../session-manager/test/profile/ordinary-user.ts';
import { contentsOf } from '../../src/report/contents.ts';
import { gather } from '../../src/report/gather.ts';
import { renderReport } from '../../src/report/render.ts';
import { SampleInstallation } from '../sample-installation.ts';

/** An installation of which one profile, the trash and the pages that were kept cannot be read by the user of the report. */
async function closed(language: 'en' | 'es') {
  const installation = await SampleInstallation.healthy();
  const { paths, config, machine, profile } = installation;
  await mkdir(join(paths.trash, 'viejo-1'), { recursive: true });
  await writeFile(join(paths.webCache, '2.3000.html'), 'page');
  await installation.putProfile('soporte');
  const places = [join(profile, 'Default'), paths.trash, paths.webCache];
  for (const place of places) await chmod(place, 0o000);
  return asOrdinaryUser(dirname(paths.root), async () => {
    const room = () => Promise.reject(new Error('statfs: the disk does not answer'));
    const facts = await gather(config, { language, version: '0.1.0', machine: { ...machine, room } });
    for (const place of places) await chmod(place, 0o700);
    return { facts, text: renderReport(facts, language), profile, paths };
  });
}

test.each([
  ['en', 'cannot be read', 'could not be read'],
  ['es', 'no se puede leer', 'no se pudo leer'],
] as const)(
  'what cannot be read is said, with the reason, and is not nothing: in %s',
  async (language, word, inSums) => {
    const { facts, text, profile, paths } = await closed(language);
    const why = (path: string) => ({ unreadable: expect.stringContaining(path) });
    expect(facts.sessions).toMatchObject([{ name: 'soporte' }, { name: 'ventas', contents: why(profile) }]);
    expect(facts.sessions[0]?.contents).toMatchObject({ bytes: expect.any(Number) });
    expect(facts).toMatchObject({ trash: why(paths.trash), webCache: why(paths.webCache) });
    expect(facts.disk).toEqual({ unreadable: expect.stringContaining('the disk does not answer') });
    const about = (what: RegExp): string => text.split('\n').find((line) => what.test(line)) ?? '';
    expect(about(/── trash\//)).toContain(word);
    expect(about(/── web-cache\//)).toContain(word);
    expect(about(/── ventas\//)).toContain(word);
    expect(about(/^\| \*\*ventas\*\*/)).toContain(word);
    expect(about(/^- \*\*ventas\*\*/)).toContain(word);
    expect(text).toContain(`EACCES: permission denied, scandir '${join(profile, 'Default')}'`);
    // A sum without them is told to be one.
    expect(text).toContain(inSums);
    expect(text).not.toMatch(/undefined|NaN|\[object|(?<!\$)\{\w+\}/);
  },
);

test('the contents of a profile whose own files cannot be listed are an error, and of none are none', async () => {
  const { profile, paths } = await SampleInstallation.healthy();
  await expect(contentsOf(join(profile, 'x'.repeat(300)))).rejects.toMatchObject({ code: 'profile_unreadable' });
  expect(await contentsOf(join(paths.tokens, 'nobody'))).toMatchObject({ bytes: 0, parts: [] });
});

test.each([
  ['en', 'cannot be read'],
  ['es', 'no se puede leer'],
] as const)(
  'a database that cannot be read makes no session unclaimed or without copies: in %s',
  async (language, word) => {
    const { config, machine, paths } = await SampleInstallation.healthy();
    await writeFile(paths.database, 'this is no database, and it is longer than a header of one would be'.repeat(20));
    const facts = await gather(config, { language, version: '0.1.0', machine });
    expect(facts.sessions).toMatchObject([
      { name: 'ventas', state: 'UNREADABLE', snapshots: { unreadable: expect.stringContaining('session-manager.db') } },
    ]);
    const text = renderReport(facts, language);
    expect(text).toMatch(new RegExp(`UNREADABLE: .* ${word}`));
    expect(text).toMatch(new RegExp(`^\\| \\*\\*ventas\\*\\* \\| ${word} \\|`, 'm'));
    expect(text).toContain('database_unreadable');
  },
);
