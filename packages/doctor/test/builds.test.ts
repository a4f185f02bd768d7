import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { KeptPages } from '../../session-manager/src/builds/pages.ts';
import { pageOf } from '../../session-manager/test/builds/pages.ts';
import { checkBuilds } from '../src/checks/builds.ts';
import { withInstallation } from '../src/installation.ts';
import { NAME, SampleInstallation } from './sample-installation.ts';

const OLD = '2.3000.1043191242';
const NEW = '2.3000.1044431423';
const DAY_MS = 86_400_000;

/** What the check finds of an installation, a number of days from now; with a browser on the session where told. */
async function found(sample: SampleInstallation, { days = 0, isRunning = false } = {}) {
  const now = (): Date => new Date(Date.now() + days * DAY_MS);
  const browsers = isRunning ? [{ session: NAME, pid: 1, comm: 'chrome', known: null }] : [];
  const findings = await withInstallation(sample.config, { machine: { ...sample.machine, now } }, (installation) =>
    checkBuilds({ ...installation, browsers }),
  );
  return findings.map(({ id, where }) => [id, where]);
}

test('a pinned build is told near the end of its life', async () => {
  const installation = await SampleInstallation.healthy({ WEB_VERSION: OLD });
  installation.change((store) => store.builds.seen(OLD, { session: NAME, knobs: null }));
  expect(await found(installation, { days: 69 })).toEqual([]);
  expect(await found(installation, { days: 71 })).toEqual([['build_ends', OLD]]);
});

test('another build than the chosen one, and a bad one, are told of sessions that run', async () => {
  const installation = await SampleInstallation.healthy();
  installation.change((store) => {
    for (const build of [OLD, NEW]) store.builds.seen(build, { session: NAME, knobs: null });
    store.builds.judge(NEW, { verdict: 'bad', reason: 'ids is broken in ventas', sessions: [NAME] });
    store.builds.setSession(NAME, { wanted: OLD, running: NEW });
  });
  expect(await found(installation)).toEqual([]);
  expect(await found(installation, { isRunning: true })).toEqual([
    ['build_escaped', NAME],
    ['build_bad', NAME],
  ]);
});

test('a pinned build whose kept page is damaged is told', async () => {
  const installation = await SampleInstallation.healthy({ WEB_VERSION: OLD });
  const pages = new KeptPages(installation.paths.webCache);
  await pages.keep(OLD, pageOf(OLD));
  expect(await found(installation)).toEqual([]);
  await writeFile(pages.path(OLD), pageOf(OLD).slice(0, 100));
  expect(await found(installation)).toEqual([['build_damaged', OLD]]);
});
