import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose } from '../src/diagnosis.ts';
import { withInstallation } from '../src/installation.ts';
import { put, SampleInstallation } from './sample-installation.ts';

test('one look serves the diagnosis and every fact beside it, and its database is closed with it', async () => {
  const { config, machine } = await SampleInstallation.healthy();
  const state = await withInstallation(config, { machine }, async (installation) => {
    expect(installation.profiles).toMatchObject([{ name: 'ventas', record: { generation: 1 }, inUse: false }]);
    expect((await diagnose(installation, { language: 'en' })).filter(({ severity }) => severity === 'problem')).toEqual(
      [],
    );
    return installation.state;
  });
  expect(() => state?.transitions('ventas', 1)).toThrow(/is closed/);
});

test('its database is closed after work that fails, too', async () => {
  const { config } = await SampleInstallation.healthy();
  let transitions: (() => unknown) | undefined;
  const failed = withInstallation(config, {}, async ({ state }) => {
    transitions = () => state?.transitions('ventas', 1);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(transitions).toThrow(/is closed/);
});

test("the operator's code is read once for all that ask, and only when one does", async () => {
  const { config, paths } = await SampleInstallation.healthy();
  const codeDir = join(dirname(paths.root), 'app');
  const file = join(codeDir, 'wa.js');
  await put(file, "new LocalAuth({ dataPath: './sessions' })");
  await withInstallation(config, { codeDir }, async (installation) => {
    await put(file, "new LocalAuth({ dataPath: './elsewhere' })");
    const first = installation.code();
    expect(first).toMatchObject({ folder: codeDir, named: [{ written: './elsewhere', truth: 'missing' }] });
    await put(file, '');
    expect(installation.code()).toBe(first);
  });
});

test('a data folder that is not there is an installation without anything in it, and is not made', async () => {
  const { config, paths } = await SampleInstallation.healthy();
  const none = { ...config, dataDir: join(dirname(paths.root), 'none') };
  await mkdir(dirname(none.dataDir), { recursive: true });
  await withInstallation(none, {}, async (installation) => {
    expect(installation).toMatchObject({ exists: false, state: null, stateError: null, profiles: [], service: null });
  });
  expect(await readdir(dirname(none.dataDir))).not.toContain('none');
});
