import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../../session-manager/src/config/index.ts';
import { tempFolder } from '../../../session-manager/test/profile/helpers.ts';
import type { Machine } from '../../src/machine.ts';
import type { ReportFacts } from '../../src/report/facts.ts';
import { gather } from '../../src/report/gather.ts';
import { renderReport } from '../../src/report/render.ts';
import type { Language } from '../../src/words/words.ts';
import { SampleInstallation } from '../sample-installation.ts';
import { putOriginalLayout } from './original-layout.ts';

// Times are told as the clock of the machine has them.
beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
afterEach(() => void vi.unstubAllEnvs());

const WRITTEN = `./sessions/cliente_\${id}`;

const MACHINE: Partial<Machine> = {
  now: () => new Date('2026-02-12T08:30:00.000Z'),
  browserVersion: async () => '156.0.8078.79',
  room: async () => ({ freeBytes: 30e9, totalBytes: 80e9 }),
  device: () => 1,
};

async function reportOf(dataDir: string, language: Language, codeDir: string | null = null): Promise<string> {
  const facts = await gather(readConfig({ LEADMASTER_DATA_DIR: dataDir }), {
    ...{ language, codeDir, version: '0.1.0', machine: MACHINE },
  });
  return renderReport(facts, language);
}

describe('on the layout that the project began from', () => {
  test.each(['en', 'es'] as const)('in %s it says the same, and what was wrong', async (language) => {
    const workspace = await tempFolder();
    const manager = await putOriginalLayout(workspace);
    await chmod(join(manager, 'tokens/admin'), 0o755);
    // The tests may run as root; what the doctor says of that is not part of this layout.
    const text = (await reportOf(manager, language, workspace)).split('\n');
    const kept = text.filter((line) => !/runs_as_root|sandbox/.test(line)).join('\n');
    expect(kept).toContain('922 MB');
    expect(kept).toContain(`${manager}/tokens`);
    expect(kept).toMatch(/`Default\/IndexedDB\/` \|.*\| CR[IÍ]TI[A-Z]+ \| 70 MB/);
    expect(kept).toMatch(/`Default\/Local Storage\/` \|.*\| CR[IÍ]TI/);
    expect(kept).toMatch(/`BrowserMetrics\*` \|.*\| Tempora[a-z]+ \| 4.0 MB/);
    expect(kept).toContain(`\`${WRITTEN}\``);
    expect(kept).toContain('code_folder_missing');
    expect(kept).toContain('tokens/admin');
    expect(kept).toContain('code_folder_empty');
    expect(kept).toContain('profile_unclaimed');
    expect(kept).toContain('UNCLAIMED');
    expect(kept).not.toMatch(/undefined|NaN|\[object|(?<!\$)\{\w+\}/);
  });

  test('without being told where the code is, it finds what lies beside tokens/', async () => {
    const workspace = await tempFolder();
    const manager = await putOriginalLayout(workspace);
    const text = await reportOf(manager, 'en');
    expect(text).toContain('client.js:6');
    expect(text).not.toContain('sessionService.js');
  });
});

/** Two sessions, one without a profile; figures that never change. */
const FACTS: ReportFacts = {
  at: '2026-02-12T08:30:00.000Z',
  host: 'vps1',
  version: '0.1.0',
  dataDir: '/srv/leadmaster/data',
  tokens: '/srv/leadmaster/data/tokens',
  service: { pid: 4321, port: 3001 },
  uid: 1001,
  browser: '156.0.8078.79',
  sessions: [
    {
      name: 'admin',
      path: '/srv/leadmaster/data/tokens/admin',
      state: 'READY',
      reason: 'login_restored',
      since: '2026-02-11T02:00:05.000Z',
      account: '5491100000001 Ventas | "Norte"',
      generation: 3,
      chromium: '156.0.8078.79',
      lastReadyAt: '2026-02-11T02:00:05.000Z',
      contents: {
        bytes: 922_000_000,
        classes: { critical: 71_000_000, important: 3_000_000, optional: 610_000_000, temporary: 238_000_000 },
        parts: [
          { part: 'indexed_db', path: 'Default/IndexedDB/', class: 'critical', bytes: 70_000_000 },
          { part: 'local_storage', path: 'Default/Local Storage/', class: 'critical', bytes: 1_000_000 },
          { part: 'service_worker', path: 'Default/Service Worker/', class: 'important', bytes: 613_000_000 },
          { part: 'caches', path: '…Cache/', class: 'temporary', bytes: 238_000_000 },
        ],
      },
      access: { mode: '700', uid: 1001 },
      snapshots: { count: 9, latest: { id: '12-0f3c9a1e', at: '2026-02-12T02:00:00.000Z', verifiedAt: null } },
      transitions: [
        { from: 'RECONNECTING', to: 'READY', reason: 'login_restored', at: '2026-02-11T02:00:05.000Z' },
        { from: 'STOPPED', to: 'RECONNECTING', reason: 'service_started', at: '2026-02-11T02:00:01.000Z' },
      ],
    },
    {
      name: 'soporte',
      path: '/srv/leadmaster/data/tokens/soporte',
      state: 'ERROR',
      reason: 'login_missing',
      since: '2026-02-12T07:00:00.000Z',
      account: null,
      generation: null,
      chromium: null,
      lastReadyAt: null,
      contents: null,
      access: null,
      snapshots: { count: 0, latest: null },
      transitions: [],
    },
  ],
  trash: { count: 2, bytes: 1_200_000_000 },
  webCache: { bytes: 432_000, files: ['2.3000.1032178752.html'] },
  disk: { freeBytes: 30e9, totalBytes: 80e9 },
  settings: {
    loginMode: 'qr',
    schedule: '0 2 * * *',
    afterLogin: true,
    keep: 'last=7,daily=7,weekly=4,monthly=6',
    vault: 's3://backups/leadmaster',
    keyFile: '/srv/leadmaster/data/vault.key',
    warnBytes: 2 ** 30,
    trimBytes: null,
    minFreeBytes: 64 * 2 ** 20,
    webVersion: null,
    trashDays: 30,
  },
  code: [
    {
      file: '/srv/app/client.js',
      line: 6,
      written: WRITTEN,
      patterns: ['/srv/app/sessions/cliente_*'],
      truth: 'missing',
      why: '',
      folders: [],
      profiles: [],
    },
  ],
  findings: [
    { id: 'vault_key_not_copied', severity: 'warning', what: 'WHAT 2', where: '/k', fix: 'FIX 2', fixable: false },
    { id: 'profile_missing', severity: 'problem', what: 'WHAT 1', where: '/p', fix: 'FIX 1', fixable: false },
  ],
};

describe('with figures that never change', () => {
  test.each([
    ['en', '1 profile that was set aside', 'Found: 1 problem, 0 warnings, 2 notes;', '**1** session in '],
    ['es', '1 perfil apartado', 'Se encontraron 1 problema, 0 advertencias y 2 notas;', '**1** sesión en '],
  ] as const)('one of a kind is said as one, in %s', (language, trash, found, session) => {
    const [, problem] = FACTS.findings;
    const notes = Array.from({ length: 2 }, () => ({ ...problem, severity: 'note' as const }));
    const findings = [problem, ...notes] as ReportFacts['findings'];
    const text = renderReport({ ...FACTS, findings, trash: { count: 1, bytes: 1 } }, language);
    expect(text).toMatch(new RegExp(`${trash}$`, 'm'));
    expect(text).toContain(found);
    expect(renderReport({ ...FACTS, sessions: FACTS.sessions.slice(0, 1) }, language)).toContain(session);
  });

  test.each(['en', 'es'] as const)('in %s', async (language) => {
    await expect(renderReport(FACTS, language)).toMatchFileSnapshot(`./__snapshots__/report.${language}.md`);
  });

  test.each(['en', 'es'] as const)('empty and well, in %s', (language) => {
    const empty = { ...FACTS, service: null, sessions: [], code: [], findings: [], browser: null };
    const text = renderReport(empty, language);
    expect(text).not.toMatch(/undefined|NaN|\[object|(?<!\$)\{\w+\}/);
    expect(text).toMatch(/leadmaster qr/);
    // Both have the same shape.
    expect(text.match(/^## /gm)).toHaveLength(11);
  });
});

test('a healthy installation has no problems to report, and nothing was changed by asking', async () => {
  const installation = await SampleInstallation.healthy();
  const facts = await gather(installation.config, { language: 'en', version: '0.1.0', machine: installation.machine });
  expect(facts.findings.filter(({ id }) => id !== 'runs_as_root')).toEqual([]);
  expect(facts.sessions).toMatchObject([{ name: 'ventas', state: 'STOPPED', generation: 1, access: { mode: '700' } }]);
  expect(renderReport(facts, 'en')).toContain('**ventas**');
});
