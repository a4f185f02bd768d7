import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, lchown, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from './folders.ts';
import { filesIn, putProfile } from './profiles.ts';

const NOBODY = 65_534;
const STRANGER = 12_345;
const CHILD = join(import.meta.dirname, 'adopting.ts');

/** Why nothing can be tried as another user here; null where it can. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root gives files to another user';
  try {
    execFileSync(process.execPath, ['-e', `require('node:fs').accessSync(${JSON.stringify(CHILD)})`], {
      ...{ uid: NOBODY, gid: NOBODY, stdio: 'ignore', timeout: 10_000 },
    });
    return null;
  } catch {
    return `uid ${NOBODY} may not read this checkout`;
  }
}

/** Adopts as a user that is not root, and returns what that was answered with. */
function adoptAs(
  uid: number,
  dataDir: string,
  source: string,
  mode: string,
): { code: string; message: string; hint: string } {
  const options = { uid, gid: uid, encoding: 'utf8', timeout: 60_000 } as const;
  const { stdout, stderr } = spawnSync(process.execPath, [CHILD, dataDir, source, mode], options);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

test('a folder of which a part belongs to another user is refused, and nothing changes, until it is given over', {
  timeout: 90_000,
}, async ({ skip }) => {
  const reason = whyNot();
  if (reason !== null) return skip(reason);
  const folder = await tempFolder();
  await chmod(folder, 0o755);
  const around = join(folder, 'bot');
  const source = await putProfile(join(around, 'session'));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  for (const path of [dataDir, around]) await chown(path, NOBODY, NOBODY);
  const inside = await readdir(around, { recursive: true });
  for (const path of inside) await lchown(join(around, path), NOBODY, NOBODY);
  const theirs = join(source, 'Default/Preferences');
  await chown(theirs, STRANGER, STRANGER);
  const before = await filesIn(source);
  expect(adoptAs(NOBODY, dataDir, source, 'copy')).toMatchObject({
    code: 'adopt_refused',
    message: expect.stringMatching(`1 entries? belong.* ${theirs} \\(uid ${STRANGER}\\)`),
    hint: expect.stringContaining(`chown -R ${NOBODY} ${source}`),
  });
  expect(await filesIn(source)).toEqual(before);
  expect(await filesIn(join(dataDir, 'tokens'))).toEqual([]);
  const closed = join(source, 'Default');
  await chown(closed, STRANGER, STRANGER);
  await chmod(closed, 0o700);
  expect(adoptAs(NOBODY, dataDir, source, 'move')).toMatchObject({
    code: 'adopt_refused',
    message: expect.stringMatching(/Default.* cannot be read \(EACCES/),
    hint: expect.stringContaining(`chown -R ${NOBODY} ${source}`),
  });
  // As below /root: other users may not even enter the folder above.
  const above = await tempFolder();
  expect(adoptAs(NOBODY, dataDir, join(above, 'session'), 'move')).toMatchObject({
    code: 'adopt_refused',
    hint: expect.stringMatching(/folder above it is closed.*Move it out of there first/),
  });
  for (const path of [theirs, closed]) await chown(path, NOBODY, NOBODY);
  expect(adoptAs(NOBODY, dataDir, source, 'move')).toMatchObject({ code: 'adopted' });
});

test('a move out of a folder that is closed to the service is refused before anything changes, and works from another', {
  timeout: 90_000,
}, async ({ skip }) => {
  const reason = whyNot();
  if (reason !== null) return skip(reason);
  const folder = await tempFolder();
  await chmod(folder, 0o755);
  // As `tokens` of a program that ran as root, of which the profile alone was given over.
  const tokens = join(folder, 'tokens');
  const source = await putProfile(join(tokens, 'session-admin'));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  await chown(dataDir, NOBODY, NOBODY);
  for (const path of ['', ...(await readdir(source, { recursive: true }))])
    await lchown(join(source, path), NOBODY, NOBODY);
  const before = await filesIn(source);
  for (const path of [source, tokens]) {
    expect(adoptAs(NOBODY, dataDir, path, 'move')).toMatchObject({
      code: 'adopt_refused',
      message: expect.stringContaining(`may not write into the folder around it, ${tokens} (EACCES`),
      hint: expect.stringContaining(`mv ${source} NEW_FOLDER`),
    });
    expect(await filesIn(source)).toEqual(before);
    expect(await filesIn(join(dataDir, 'tokens'))).toEqual([]);
  }
  const own = join(folder, 'own');
  await mkdir(own);
  await chown(own, NOBODY, NOBODY);
  await rename(source, join(own, 'session-admin'));
  expect(adoptAs(NOBODY, dataDir, join(own, 'session-admin'), 'move')).toMatchObject({ code: 'adopted' });
});
