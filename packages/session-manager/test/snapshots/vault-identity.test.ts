import { appendFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { newMasterKeyText, vaultsIn } from '@leadmaster/vault';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import { identityOf, remember } from '../../src/snapshots/vault-identity.ts';
import { acceptThere, createVaultThere } from '../../src/vault-accept.ts';
import { tempFolder } from '../adopt/folders.ts';
import { openManager } from '../adopt/managers.ts';
import { putProfile } from '../adopt/profiles.ts';
import { asHost } from '../place/hostname.ts';

const SIGNAL = AbortSignal.timeout(60_000);

/** A machine with a data folder, a key file, and a mount point that a disk may be on. */
class Machine {
  readonly root: string;
  readonly env: Record<string, string>;
  #on: Context | null = null;

  constructor(root: string) {
    this.root = root;
    this.env = { VAULT_URL: `file:${this.mount}`, VAULT_KEY_FILE: this.key };
  }

  static async make(): Promise<Machine> {
    const machine = new Machine(await tempFolder());
    await mkdir(machine.mount);
    return machine;
  }

  get mount(): string {
    return join(this.root, 'mnt');
  }

  get key(): string {
    return join(this.root, 'vault.key');
  }

  async start(): Promise<Context> {
    await this.stop();
    this.#on = await openManager(join(this.root, 'data'), this.env);
    return this.#on;
  }

  async stop(): Promise<void> {
    await this.#on?.close();
    this.#on = null;
  }

  /** The id of the vault that a start opens, or the code of its refusal. */
  async opens(): Promise<string> {
    const { vault } = await this.start();
    return vault.open().then(
      ({ id }) => id,
      (error: { code: string }) => error.code,
    );
  }

  async unmount(): Promise<void> {
    await rename(this.mount, `${this.mount}.away`);
    await mkdir(this.mount);
  }

  /** What was begun in the mount point stays below the disk. */
  async remount(): Promise<void> {
    await rename(this.mount, `${this.mount}.below`);
    await rename(`${this.mount}.away`, this.mount);
  }

  async newDataFolder(): Promise<void> {
    await this.stop();
    await rm(join(this.root, 'data'), { recursive: true });
  }
}

function clockAhead(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 400 * 86_400_000 });
}

afterEach(() => {
  vi.useRealTimers();
});

const isId = (text: string) => /^[0-9a-f]{32}$/.test(text);

describe('a vault starts by itself', () => {
  const ordinary: [string, (machine: Machine) => Promise<unknown>][] = [
    ['at the first start', async () => undefined],
    ['with a key that was provided, and an empty place', (m) => writeFile(m.key, newMasterKeyText())],
    [
      'after a first start that was killed between key and vault',
      async (m) => {
        await m.opens();
        await m.newDataFolder();
        await rm(m.mount, { recursive: true });
        await mkdir(m.mount);
        await writeFile(m.key, (await readFile(m.key, 'utf8')).replace(/^# vault .*\n/m, ''));
      },
    ],
    [
      'after a first start that was killed before the key file named the vault',
      async (m) => {
        await m.opens();
        await m.newDataFolder();
        await writeFile(m.key, (await readFile(m.key, 'utf8')).replace(/^# vault .*\n/m, ''));
      },
    ],
    [
      'with the data folder of last week',
      async (m) => {
        await m.opens();
        await m.stop();
        await cp(join(m.root, 'data'), join(m.root, 'backup'), { recursive: true });
        await m.opens();
        await m.newDataFolder();
        await rename(join(m.root, 'backup'), join(m.root, 'data'));
      },
    ],
    ['after an ordinary restart', (m) => m.opens()],
    [
      'after an upgrade from a version that recorded nothing in the key file',
      async (m) => {
        await m.opens();
        await writeFile(m.key, (await readFile(m.key, 'utf8')).replace(/^# vault .*\n/m, ''));
      },
    ],
    [
      'on a new machine with the key and the vault',
      async (m) => {
        await m.opens();
        await m.newDataFolder();
      },
    ],
    [
      'at another address, moved as it is',
      async (m) => {
        await m.opens();
        await m.stop();
        await cp(m.mount, join(m.root, 'moved'), { recursive: true });
        m.env.VAULT_URL = `file:${join(m.root, 'moved')}`;
      },
    ],
    [
      'under another hostname',
      async (m) => {
        await m.opens();
        asHost('as-it-is-called-now');
      },
    ],
    [
      'with a clock 400 days ahead',
      async (m) => {
        await m.opens();
        clockAhead();
      },
    ],
    [
      'with a clock that was 400 days ahead at its making, and was corrected',
      async (m) => {
        clockAhead();
        await m.opens();
        vi.useRealTimers();
      },
    ],
    [
      'after its line in the key file was cut short by a crash',
      async (m) => {
        await m.opens();
        await appendFile(m.key, '# vault 00');
      },
    ],
  ];
  test.each(ordinary)('%s', async (_, live) => {
    const machine = await Machine.make();
    await live(machine);
    const id = await machine.opens();
    expect(id).toSatisfy(isId);
    expect(vaultsIn(await readFile(machine.key, 'utf8'))).toContain(id);
    expect(await machine.opens()).toBe(id);
    await machine.stop();
  });
});

describe('a vault that was not mounted', () => {
  test('is never replaced by a second one, on a new machine with an old key; mounted, it is usable without a restart', async () => {
    const machine = await Machine.make();
    const id = await machine.opens();
    await machine.newDataFolder();
    await machine.unmount();
    expect(await machine.opens()).toBe('vault_missing');
    const context = await machine.start();
    await expect(context.vault.open()).rejects.toMatchObject({ hint: expect.stringContaining('vault create --new') });
    expect(await readdir(machine.mount)).toEqual([]);
    const found = (await examine(context.config)).findings;
    expect(found.find((one) => one.id === 'vault_elsewhere')).toMatchObject({ severity: 'problem' });
    await machine.remount();
    expect((await context.vault.open()).id).toBe(id);
    await machine.stop();
  });

  test.each([
    ['another hostname', () => asHost('as-it-is-called-now')],
    ['a clock 400 days ahead', () => clockAhead()],
  ])('is missed under %s as well, and another in its place is refused', async (_, event) => {
    const machine = await Machine.make();
    const id = await machine.opens();
    await machine.unmount();
    event();
    expect(await machine.opens()).toBe('vault_missing');
    const other = await Machine.make();
    await writeFile(other.key, (await readFile(machine.key, 'utf8')).replace(/^# vault .*\n/m, ''));
    await other.opens();
    await other.stop();
    await cp(other.mount, machine.mount, { recursive: true });
    expect(await machine.opens()).toBe('vault_changed');
    await machine.remount();
    expect(await machine.opens()).toBe(id);
    await machine.stop();
  });

  test('is recreated only by order, and the old one then counts as another', async () => {
    const machine = await Machine.make();
    const old = await machine.opens();
    await machine.unmount();
    const context = await machine.start();
    await expect(context.vault.open()).rejects.toMatchObject({ code: 'vault_missing' });
    const made = await createVaultThere(context.config, SIGNAL);
    expect(made.vault).not.toBe(old);
    expect((await context.vault.open()).id).toBe(made.vault);
    await expect(createVaultThere(context.config, SIGNAL)).rejects.toMatchObject({ code: 'wrong_state' });
    await machine.remount();
    await expect(context.vault.open()).rejects.toMatchObject({ code: 'vault_changed' });
    await acceptThere(context.config, SIGNAL);
    expect((await context.vault.open()).id).toBe(old);
    await machine.stop();
  });
});

describe('another vault in the place of the one that was', () => {
  test('is refused until it is accepted; sessions and doctor say that snapshots are off, and why', async () => {
    const machine = await Machine.make();
    const first = await machine.start();
    await first.adoption.adopt({ name: 'ventas', path: await putProfile(join(machine.root, 'profile')), mode: 'move' });
    await first.snapshots.create('ventas', { reason: 'requested' });
    await machine.stop();
    const other = await Machine.make();
    await cp(machine.key, other.key);
    await writeFile(other.key, (await readFile(other.key, 'utf8')).replace(/^# vault .*\n/m, ''));
    const id = await other.opens();
    await other.stop();
    await machine.unmount();
    await cp(other.mount, machine.mount, { recursive: true });

    const context = await machine.start();
    const off = await context.vault.open().catch((error: unknown) => error);
    expect(off).toMatchObject({ code: 'vault_changed' });
    context.snapshots.areOff(off);
    await expect(context.snapshots.create('ventas', { reason: 'requested' })).rejects.toMatchObject({
      code: 'vault_changed',
    });
    await vi.waitFor(async () =>
      expect((await context.sessions.get('ventas')).snapshotFailure).toMatchObject({ code: 'vault_changed' }),
    );
    const found = (await examine(context.config)).findings;
    expect(found.find((one) => one.id === 'vault_changed')).toMatchObject({ severity: 'problem' });
    await acceptThere(context.config, SIGNAL);
    expect((await context.vault.open()).id).toBe(id);
    await context.snapshots.create('ventas', { reason: 'requested' });
    expect(await machine.opens()).toBe(id);
    await machine.stop();
  });

  test('is known of a key file that cannot be written to: the data folder records it, and that is no error', async () => {
    const facts = new Map<string, string>();
    const memory = {
      get: (name: string) => facts.get(name) ?? null,
      set: (name: string, value: string) => void facts.set(name, value),
    };
    const paths = { vaultAccepted: '/nowhere/accepted' };
    const keyText = newMasterKeyText();
    const vault = 'a'.repeat(32);
    const before = identityOf(memory, paths, 'file:/a', keyText);
    remember(memory, before, { url: 'file:/a', vault, keyFile: '/nowhere/vault.key', keyText });
    expect(identityOf(memory, paths, 'file:/elsewhere', keyText)).toMatchObject({
      known: null,
      recorded: new Set([vault]),
    });
    expect(identityOf(memory, paths, 'file:/a', keyText).known).toBe(vault);
  });

  test('two data folders may use one key, each with a vault of its own', async () => {
    const machine = await Machine.make();
    const first = await machine.opens();
    await machine.stop();
    const second = new Machine(await tempFolder());
    await mkdir(second.mount);
    second.env.VAULT_KEY_FILE = machine.key;
    expect(await second.opens()).toBe('vault_missing');
    const context = await second.start();
    const made = await createVaultThere(context.config, SIGNAL);
    expect(await second.opens()).toBe(made.vault);
    await second.stop();
    expect(await machine.opens()).toBe(first);
    await machine.stop();
  });
});
