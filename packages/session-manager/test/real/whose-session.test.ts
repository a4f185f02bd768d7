import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RECORD_FILE } from '@leadmaster/capture/classify';
import type { Session } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WwebjsRun } from '../../src/engine/wwebjs/wwebjs-run.ts';
import type { Stage } from './harness.ts';
import { readyBeforeEach } from './linked-stage.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';
const CUSTOMER = '5491100000003';

/** The whole service on a real page: whose login comes up, and what is done about a wrong one. */
describe('whose session it is', { timeout: 120_000 }, () => {
  let stage: Stage;

  /** The last event before the test. */
  let before = 0;

  const take = (ready: Stage): void => {
    stage = ready;
    before = stage.sessions.lastEventId();
  };
  readyBeforeEach(ANA, take, { standin: { page: { drifts: ['-self-reload'] } } });

  /** The phone of `from` removes the link; another scans the QR that follows. */
  async function scannedInstead(phone: string, from = ANA): Promise<void> {
    await stage.world.phone(from).unlink();
    await stage.until('ventas', 'QR_REQUIRED');
    await stage.world.phone(phone).scan((await stage.nextQr('ventas')).qr);
  }

  async function wrong(): Promise<Session> {
    await scannedInstead(BETO);
    return stage.until('ventas', 'WRONG_ACCOUNT', 'other_account');
  }

  const eventsOf = async (name: string, type: string) =>
    (await stage.eventsOf(name, type)).filter(({ id }) => id > before);
  const told = async (name = 'ventas') => (await eventsOf(name, 'message.received')).map(({ data }) => data.text);

  test('is known by its LID as well, where the page tells it', async () => {
    const { account } = await stage.sessions.get('ventas');
    expect(account).toMatchObject({ id: `${ANA}@c.us`, phone: ANA, lid: expect.stringMatching(/^\d{15}@lid$/) });
  });

  test('continues when its phone scans another session, which waits and names it', async () => {
    await stage.sessions.create({ name: 'soporte', start: true, metadata: {} });
    await stage.world.phone(ANA).scan((await stage.nextQr('soporte')).qr);
    expect((await stage.until('soporte', 'WRONG_ACCOUNT', 'linked_elsewhere')).hint).toContain('ventas');
    await stage.world.phone(CUSTOMER).send(ANA, 'once');
    await vi.waitFor(async () => expect(await told()).toEqual(['once']), 10_000);
    expect(await told('soporte')).toEqual([]);
    await stage.sessions.settleAccount('soporte', { unlink: true });
    await stage.until('soporte', 'QR_REQUIRED');
    expect(stage.world.phone(ANA).devices).toHaveLength(1);
    expect((await stage.sessions.get('ventas')).state).toBe('READY');
    await stage.sessions.delete('soporte');
  });

  test('refuses a pairing code for its number in another session; a code that WhatsApp gave is not asked for again', async () => {
    await stage.sessions.create({ name: 'soporte', start: true, metadata: {} });
    await stage.until('soporte', 'QR_REQUIRED');
    const asked = () => stage.world.observed.filter(({ type }) => type === 'pairing_code').length;
    await expect(stage.sessions.pairingCode('soporte', ANA)).rejects.toMatchObject({ code: 'linked_elsewhere' });
    expect(asked()).toBe(0);
    const run = stage.context.roster.supervisors().find(({ name }) => name === 'soporte')?.liveRun;
    if (!(run instanceof WwebjsRun)) throw new Error('soporte has no browser');
    const page = run.library.pupPage;
    if (page === undefined) throw new Error('soporte has no page');
    // Every interval of the page that is shorter than a day, hurried: a code that is asked for again comes at once.
    await page.evaluate(() => {
      const every = globalThis.setInterval;
      const hurried = (task: () => void, ms: number) => every(task, ms < 86_400_000 ? 50 : ms);
      globalThis.setInterval = hurried as unknown as typeof setInterval;
    });
    await stage.sessions.pairingCode('soporte', BETO);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(asked()).toBe(1);
    await stage.sessions.delete('soporte');
  });

  test('keeps its login when a copy of it is brought, READY for a moment, unlinked by order and deleted', async () => {
    await stage.sessions.stop('ventas');
    const folder = await mkdtemp(join(tmpdir(), 'leadmaster-copied-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const copy = join(folder, 'session');
    await cp(stage.context.paths.session('ventas'), copy, { recursive: true });
    await rm(join(copy, RECORD_FILE));
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'READY');
    const { account } = await stage.sessions.get('ventas');
    expect(account?.device).toBe(stage.world.phone(ANA).devices[0]?.id);
    await stage.context.adoption.adopt({ name: 'copia', path: copy, mode: 'move' });
    await stage.sessions.start('copia');
    const copied = await stage.until('copia', 'WRONG_ACCOUNT', 'linked_elsewhere');
    expect(copied).toMatchObject({ canSend: false, account: { device: account?.device } });
    expect(copied.hint).toMatch(/ventas.*session delete copia/);
    for (const word of [{ unlink: true }, { accept: true }] as const)
      await expect(stage.sessions.settleAccount('copia', word)).rejects.toMatchObject({ code: 'linked_elsewhere' });
    await expect(stage.sessions.logout('copia')).rejects.toMatchObject({ code: 'linked_elsewhere' });
    await stage.until('ventas', 'READY');
    expect(await stage.path('ventas')).toContain('RECONNECTING copy_ended');
    await expect(stage.sessions.start('copia')).rejects.toMatchObject({ code: 'linked_elsewhere' });
    await stage.sessions.delete('copia');
    await stage.sessions.restart('ventas');
    await stage.until('ventas', 'READY');
    expect(stage.world.phone(ANA).devices).toHaveLength(1);
  });

  test('is unlinked at WhatsApp by a word, tells nothing of what came, and is READY again with its own phone', async () => {
    await wrong();
    await stage.world.phone(CUSTOMER).send(BETO, 'not for us');
    await vi.waitFor(() => expect(stage.world.phone(BETO).devices[0]?.queued).toBe(0), 10_000);
    await stage.sessions.settleAccount('ventas', { unlink: true });
    expect(stage.world.phone(BETO).devices).toEqual([]);
    await stage.world.phone(ANA).scan((await stage.nextQr('ventas')).qr);
    await stage.until('ventas', 'READY');
    await stage.world.phone(CUSTOMER).send(ANA, 'for us');
    await vi.waitFor(async () => expect(await told()).toEqual(['for us']), 10_000);
  });

  test("is READY when the same account comes back under WhatsApp's other spelling", async () => {
    await scannedInstead(ANA.replace(/^549/, '54'));
    expect(await stage.until('ventas', 'READY')).toMatchObject({ account: { phone: ANA.replace(/^549/, '54') } });
    expect(await eventsOf('ventas', 'session.account')).toEqual([]);
  });

  test('is unlinked after a restart too', async () => {
    await wrong();
    await stage.stop();
    await stage.start();
    await stage.sessions.settleAccount('ventas', { unlink: true });
    await stage.until('ventas', 'QR_REQUIRED');
    expect(stage.world.phone(BETO).devices).toEqual([]);
    expect(await told()).toEqual([]);
  });

  test('waits across restarts, and a word settles it with the browser that is started for it', async () => {
    await wrong();
    await stage.stop();
    await stage.world.phone(CUSTOMER).send(BETO, 'while off');
    await stage.start();
    expect(await stage.sessions.get('ventas')).toMatchObject({
      ...{ state: 'WRONG_ACCOUNT', reason: 'other_account', runtime: null, account: { phone: BETO } },
    });
    await stage.sessions.settleAccount('ventas', { accept: true });
    await stage.until('ventas', 'READY');
    await vi.waitFor(async () => expect(await told()).toEqual(['while off']), 15_000);
  });

  test('waits when another phone scans after an unlink, sends nothing, saves nothing, and tells what came once it is accepted', async () => {
    const session = await wrong();
    expect(session).toMatchObject({ account: { phone: BETO }, canSend: false });
    expect(session.hint).toContain(`+${ANA}`);
    await stage.world.phone(CUSTOMER).send(BETO, 'meanwhile');
    await vi.waitFor(() => expect(stage.world.phone(BETO).devices[0]?.queued).toBe(0), 10_000);
    await expect(
      stage.sessions.send('ventas', { to: CUSTOMER, text: 'from the wrong one' }, null),
    ).rejects.toMatchObject({ code: 'session_not_ready' });
    await expect(
      stage.context.snapshots.create('ventas', { reason: 'requested', signal: AbortSignal.timeout(20_000) }),
    ).rejects.toMatchObject({ code: 'wrong_account' });
    expect(stage.world.phone(CUSTOMER).inbox).toEqual([]);
    expect(await told()).toEqual([]);
    await stage.sessions.settleAccount('ventas', { accept: true });
    await stage.until('ventas', 'READY', 'account_accepted');
    await vi.waitFor(async () => expect(await told()).toEqual(['meanwhile']), 10_000);
    const sent = await stage.sessions.send('ventas', { to: CUSTOMER, text: 'now' }, null);
    await stage.sessions.acknowledged('ventas', sent.id, 30_000, AbortSignal.timeout(35_000));
    expect(stage.world.phone(CUSTOMER).inbox.map(({ from }) => from)).toEqual([BETO]);
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'READY');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await told()).toEqual(['meanwhile']);
    expect(stage.clones()).toEqual([]);
  });
});
