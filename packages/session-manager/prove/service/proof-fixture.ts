import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browsersOn, endGroup } from '@leadmaster/capture/processes';
import { freePort } from '@leadmaster/testkit/free-port';
import { type StandinOptions, startStandin, type World } from '@leadmaster/whatsapp-standin';
import { ServiceProcess } from './service-process.ts';

/** A stand-in and a service against it, on a data folder of its own. */
export interface ProofFixture {
  world: World;
  /** Not started yet. */
  service: ServiceProcess;
  dataDir: string;
}

/** Runs a proof on a fixture of its own, removed afterwards. The service comes back quickly and takes no snapshots. */
export async function withProofFixture<T>(
  { name, standin, env = {} }: { name: string; standin: StandinOptions; env?: Record<string, string> },
  prove: (fixture: ProofFixture) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), `leadmaster-${name}-`));
  const world = await startStandin(standin);
  const service = new ServiceProcess({
    LEADMASTER_DATA_DIR: dataDir,
    SESSION_MANAGER_PORT: String(await freePort()),
    CHROME_ARGS: world.chromeArgsText,
    PROBE_INTERVAL_S: '1',
    BACKOFF_FIRST_MS: '100',
    BACKOFF_MAX_S: '1',
    SNAPSHOT_SCHEDULE: 'off',
    SNAPSHOT_AFTER_LOGIN: 'off',
    ...env,
  });
  try {
    return await prove({ world, service, dataDir });
  } finally {
    await service.end('SIGKILL');
    await endBrowsers(join(dataDir, 'tokens'));
    await world.close();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A browser outlives a service that is killed by some moments, and would write into a folder that is being removed. */
export async function endBrowsers(tokens: string): Promise<void> {
  const names = await readdir(tokens).catch(() => []);
  const browsers = names.flatMap((name) => browsersOn(join(tokens, name)));
  await Promise.all(browsers.map((browser) => endGroup(browser, { termMs: 0, killMs: 5_000 })));
}
