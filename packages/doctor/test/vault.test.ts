import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore, openVault, parseMasterKeys, type SeenHead, storeUrl } from '@leadmaster/vault';
import { describe, expect, test } from 'vitest';
import { NAME, SampleInstallation } from './sample-installation.ts';

const extra = (id: string, generation: number) => ({
  ...{ frozenAt: new Date().toISOString(), reason: 'requested', method: 'none', pauseMs: 0, captureMs: 0 },
  ...{
    chromium: null,
    generation,
    account: { id: `${id}@c.us`, phone: id, name: '' },
    writer: { id, host: `vm-${id}` },
  },
});

/** An installation whose session has two snapshots, known to its database. `writers`: who took them. */
async function withSnapshots(writers = ['1', '1']): Promise<{ installation: SampleInstallation; folder: string }> {
  const installation = await SampleInstallation.healthy();
  const { keyFile, location } = installation.config.vault;
  const store = await openStore(storeUrl(location), { base: '/' });
  const heads: [string, SeenHead][] = [];
  const memory = {
    recall: async () => null,
    remember: async (name: string, head: SeenHead) => void heads.push([name, head]),
  };
  const vault = await openVault({ store, masterKeys: parseMasterKeys(await readFile(keyFile, 'utf8')), memory });
  for (const [at, writer] of writers.entries()) {
    const content = Buffer.from(`${at}`.repeat(100));
    const file = {
      kind: 'file',
      path: 'a',
      mode: 0o600,
      mtimeMs: 0,
      size: 100,
      identity: null,
      open: () => content,
    } as const;
    await vault.save(NAME, [file], { kind: 'essential', extra: extra(writer, 1) });
  }
  installation.change((state) => {
    for (const [name, head] of heads) state.vault.setHead(vault.id, name, head);
  });
  return { installation, folder: location.kind === 'folder' ? location.path : '' };
}

async function objectIn(folder: string, under: string, wanted: RegExp): Promise<string> {
  const names = await readdir(join(folder, under), { recursive: true });
  return join(
    folder,
    under,
    names
      .filter((name) => wanted.test(name))
      .sort()
      .at(-1) ?? 'none',
  );
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length - 2;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** Another id in a header that can still be read as one. */
async function flipDigit(header: string): Promise<void> {
  const text = await readFile(header, 'latin1');
  await writeFile(
    header,
    text.replace(/[0-9a-f]\n$/, (end) => (end[0] === '0' ? '1\n' : '0\n')),
  );
}

describe('the doctor looks at each session of the vault', () => {
  test('a whole one has nothing', async () => {
    const { installation } = await withSnapshots();
    expect(await installation.found()).toEqual([]);
  });

  const damage: [string, (folder: string) => Promise<unknown>, string[]][] = [
    ['the header flipped', (folder) => flip(join(folder, 'vault')), ['vault_unreachable']],
    ['the header removed', (folder) => rm(join(folder, 'vault')), ['vault_unreachable']],
    ["the vault's key flipped", (folder) => flip(join(folder, 'keys/vault/000001')), ['vault_unreachable']],
    [
      "a session's key flipped",
      async (folder) => flip(await objectIn(folder, 'keys', /^[0-9a-f]{32}.\d{6}$/)),
      ['vault_object', 'vault_session_unreadable'],
    ],
    [
      "a session's key removed",
      async (folder) => rm(await objectIn(folder, 'keys', /^[0-9a-f]{32}.\d{6}$/)),
      ['vault_object', 'vault_rolled_back'],
    ],
    [
      'the newest record flipped',
      async (folder) => flip(await objectIn(folder, 'chain', /\d{10}$/)),
      ['vault_session_damaged'],
    ],
    [
      'the newest record removed',
      async (folder) => rm(await objectIn(folder, 'chain', /\d{10}$/)),
      ['vault_rolled_back'],
    ],
    [
      'an older record cut short',
      async (folder) => truncate(await objectIn(folder, 'chain', /0000000001$/), 100),
      ['vault_session_damaged'],
    ],
    [
      'every record flipped',
      async (folder) => {
        for (const name of [/0000000001$/, /0000000002$/]) await flip(await objectIn(folder, 'chain', name));
      },
      ['vault_session_unreadable'],
    ],
    [
      'a pack removed',
      async (folder) => rm(await objectIn(folder, 'packs', /.[0-9a-f]{32}$/)),
      ['vault_session_damaged'],
    ],
    [
      'a pack cut short',
      async (folder) => writeFile(await objectIn(folder, 'packs', /.[0-9a-f]{32}$/), 'x'),
      ['vault_session_damaged'],
    ],
    [
      'a stray record',
      async (folder) => writeFile((await objectIn(folder, 'chain', /\d{10}$/)).replace(/\d{10}$/, '9999999999'), 'x'),
      ['vault_object'],
    ],
  ];
  test.each(damage)('%s is told', async (_, spoil, ids) => {
    const { installation, folder } = await withSnapshots();
    await spoil(folder);
    expect((await installation.found()).map(({ id }) => id)).toEqual(ids);
  });

  test('a header that was flipped is the one that is named, with the command that repairs it', async () => {
    const { installation, folder } = await withSnapshots();
    await flipDigit(join(folder, 'vault'));
    const [finding] = await installation.found();
    expect(finding?.what).toMatch(/: vault is damaged: it names vault/);
    expect(finding?.fix).toContain('./leadmaster vault repair');
  });

  test.each(['en', 'es'] as const)(
    'where no snapshot can be taken none is suggested as a fix (%s)',
    async (language) => {
      const fixes = async (spoil: (folder: string) => Promise<unknown>) => {
        const { installation, folder } = await withSnapshots();
        await spoil(folder);
        return (await installation.found({ language })).filter(({ where }) => where === NAME).map(({ fix }) => fix);
      };
      const key = /^[0-9a-f]{32}.\d{6}$/;
      for (const fix of await fixes(async (folder) => flip(await objectIn(folder, 'keys', key))))
        expect(fix).not.toContain('snapshot create');
      const rolledBack = [
        await fixes(async (folder) => rm(await objectIn(folder, 'keys', key))),
        await fixes(async (folder) => rm(await objectIn(folder, 'chain', /\d{10}$/))),
      ];
      for (const [fix, ...others] of rolledBack) {
        expect(fix).toMatch(/vault accept ventas.*snapshot create ventas/);
        expect(others).toEqual([]);
      }
    },
  );

  test('two writers of one history are named, with their accounts', async () => {
    const { installation } = await withSnapshots(['1', '2']);
    expect(await installation.found()).toMatchObject([
      {
        id: 'second_writer',
        severity: 'warning',
        where: NAME,
        what: expect.stringMatching(/vm-1 \(\+1\).*vm-2 \(\+2\)/),
      },
    ]);
  });
});
