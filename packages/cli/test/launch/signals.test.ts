import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import { exitOf, FakeCheckout, gone } from './fake-checkout.ts';
import { answers, ask, serviceUnder } from './real-service.ts';

type Target = 'npm' | 'launcher' | 'service' | 'all';

/** Which process gets which signal. In every case the service shuts down exactly once, to its end, and nothing is left. */
const MATRIX: readonly { target: Target; signal: NodeJS.Signals; twice?: true; exit?: number }[] = [
  { target: 'npm', signal: 'SIGTERM' },
  { target: 'npm', signal: 'SIGINT' },
  { target: 'npm', signal: 'SIGKILL' },
  { target: 'npm', signal: 'SIGTERM', twice: true },
  { target: 'launcher', signal: 'SIGTERM', exit: 0 },
  { target: 'launcher', signal: 'SIGINT', exit: 0 },
  { target: 'launcher', signal: 'SIGHUP', exit: 0 },
  { target: 'launcher', signal: 'SIGTERM', twice: true, exit: 0 },
  { target: 'launcher', signal: 'SIGKILL' },
  { target: 'service', signal: 'SIGTERM', exit: 0 },
  { target: 'service', signal: 'SIGINT', exit: 0 },
  { target: 'service', signal: 'SIGTERM', twice: true, exit: 0 },
  { target: 'all', signal: 'SIGTERM' },
  { target: 'all', signal: 'SIGINT' },
  { target: 'all', signal: 'SIGINT', twice: true },
  { target: 'all', signal: 'SIGHUP' },
];

/** Of the test's own context: tests run at the same time here, and the global one would take another's. */
function checkout(context: TestContext): FakeCheckout {
  const fake = new FakeCheckout();
  context.onTestFinished(() => fake.remove());
  return fake;
}

describe.concurrent('npm start', () => {
  test.for(MATRIX)('$signal to $target (twice: $twice)', async ({ target, signal, twice, exit }, context) => {
    const { expect } = context;
    const fake = checkout(context);
    const npm = fake.start('npm', ['start']);
    const { service, launcher } = await fake.pids();
    const pid = { npm: npm.pid ?? 0, launcher, service, all: -(npm.pid ?? 0) }[target];
    process.kill(pid, signal);
    if (twice) {
      await sleep(200);
      // The one that was told may be gone already; then there is no process to tell.
      try {
        process.kill(pid, signal);
      } catch {}
    }
    expect(await gone(service)).toBe(true);
    expect(await gone(launcher)).toBe(true);
    const ended = await exitOf(npm);
    if (exit !== undefined) expect(ended).toBe(exit);
    expect(fake.log.filter((line) => line.startsWith('shutdown'))).toHaveLength(1);
    expect(fake.log.at(-1)).toBe('finished');
  });
});

test.for(['start --demo', 'start --demo -- --json', '--demo start'])(
  'npm %s: the real service is not started in the place of the demo',
  async (line, context) => {
    const fake = checkout(context);
    const npm = fake.start('npm', line.split(' '));
    let said = '';
    npm.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    context.expect(await exitOf(npm)).toBe(2);
    context.expect(said).toContain('Write: npm start -- --demo');
    context.expect(fake.log).toEqual([]);
  },
);

describe.concurrent('a launcher without npm', () => {
  test('passes the exit code on', async (context) => {
    const { expect } = context;
    const fake = checkout(context);
    const launcher = fake.start(process.execPath, ['scripts/start.mjs'], { STUB_EXIT: '7', npm_lifecycle_event: '' });
    const { service } = await fake.pids();
    process.kill(service, 'SIGTERM');
    expect(await exitOf(launcher)).toBe(7);
  });

  test('told to stop while the service still starts, waits for its start and its end', async (context) => {
    const { expect } = context;
    const fake = checkout(context);
    const launcher = fake.start(process.execPath, ['scripts/start.mjs'], { STUB_SLOW_START: '1' });
    await fake.said('starting');
    launcher.kill('SIGTERM');
    expect(await exitOf(launcher)).toBe(0);
    expect(fake.log.slice(-3).map((line) => line.split(' ')[0])).toEqual(['started', 'shutdown', 'finished']);
  });

  test('does not end with its parent: a service started in the background continues', async (context) => {
    const { expect } = context;
    const fake = checkout(context);
    const env = { npm_lifecycle_event: '' };
    fake.start('sh', ['-c', 'node scripts/start.mjs >/dev/null 2>&1 & wait'], env);
    const { service, launcher } = await fake.pids();
    await sleep(600);
    expect(await gone(service, 100)).toBe(false);
    process.kill(launcher, 'SIGTERM');
    expect(await gone(service)).toBe(true);
  });
});

describe.concurrent('leadmaster start, as supervisors call it', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it in order; its pid is the service itself',
    async (signal, context) => {
      const { expect } = context;
      const fake = checkout(context);
      const command = fake.start('./leadmaster', ['start']);
      const { service } = await fake.pids();
      expect(service).toBe(command.pid);
      process.kill(service, signal);
      expect(await exitOf(command)).toBe(0);
      expect(fake.log.slice(-2)).toEqual([`shutdown ${signal}`, 'finished']);
    },
  );

  test.for([
    ['npm', 'start'],
    ['./leadmaster', 'start'],
    ['./leadmaster', 'hub'],
    ['./leadmaster', 'session-manager'],
  ] as const)('SIGUSR1 opens no debugger, SIGUSR2 ends nothing: %s %s', async ([command, which], context) => {
    const { expect } = context;
    const fake = checkout(context);
    const child = fake.start(command, [which]);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => {
        said += text;
      });
    const { service, launcher } = await fake.pids();
    for (const pid of command === 'npm' ? [launcher, service] : [service]) {
      process.kill(pid, 'SIGUSR1');
      process.kill(pid, 'SIGUSR2');
    }
    await sleep(500);
    expect(listensOf(service)).toEqual([]);
    if (command === 'npm') expect(listensOf(launcher)).toEqual([]);
    process.kill(service, 'SIGTERM');
    await exitOf(child);
    expect(said).not.toContain('Debugger');
    expect(fake.log.slice(-2)).toEqual(['shutdown SIGTERM', 'finished']);
  });

  test('its reader going away does not end it', async (context) => {
    const { expect } = context;
    const fake = checkout(context);
    const command = fake.start('./leadmaster', ['start']);
    const { service } = await fake.pids();
    command.stdout?.destroy();
    command.stderr?.destroy();
    await sleep(200);
    process.kill(service, 'SIGTERM');
    expect(await exitOf(command)).toBe(0);
    expect(fake.log.at(-1)).toBe('finished');
  });
});

test.for(['hub', 'session-manager'])(
  'of the real %s SIGUSR1 and SIGUSR2 end nothing, and SIGHUP ends it in order',
  async (which, { expect }) => {
    const { child, port } = await serviceUnder(`exec "$LEADMASTER" ${which}`);
    await answers(port);
    const sockets = listensOf(child.pid ?? 0);
    child.kill('SIGUSR1');
    child.kill('SIGUSR2');
    await sleep(500);
    expect(await ask(port, '/health')).toContain('ok');
    expect(listensOf(child.pid ?? 0)).toEqual(sockets);
    child.kill('SIGHUP');
    expect(await exitOf(child)).toBe(0);
  },
);

/** The sockets of a process that listen on TCP: of the stub none, unless Node opens its debugger. */
function listensOf(pid: number): string[] {
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8'));
  const listening = tables.flatMap((text) => text.split('\n').map((line) => line.trim().split(/\s+/)));
  const inodes = listening.filter(([, , , state]) => state === '0A').map((fields) => `socket:[${fields[9]}]`);
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return open.filter((target) => inodes.includes(target));
}
