import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { expect, onTestFinished, test } from 'vitest';

test('a service that cannot start says so in JSON alone; its log goes to standard error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-json-'));
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  onTestFinished(() => {
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = other.address();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(CHECKOUT, 'packages/cli/src/main.mjs'), 'session-manager', '--json'],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        LEADMASTER_ENV_FILE: '/dev/null',
        LEADMASTER_DATA_DIR: join(folder, 'data'),
        LEADMASTER_NONSENSE: 'worth a line in the log',
        SESSION_MANAGER_PORT: String(typeof address === 'object' ? address?.port : 0),
      },
    },
  );
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'port_unavailable' });
  expect(stderr).toContain('LEADMASTER_NONSENSE');
  expect(status).toBe(1);
});
