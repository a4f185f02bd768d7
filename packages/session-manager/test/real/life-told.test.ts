import type { SnapshotDetail } from '@leadmaster/protocol';
import { describe, expect, test, vi } from 'vitest';
import { Stage } from './harness.ts';

const ANA = '5491100000001';
const BETO = '5491100000002';

/** The whole service on a real page: what it says of a link or a login that no retry brings. */
describe('a passkey', { timeout: 90_000 }, () => {
  test('that does not come leaves nothing shown and nothing tried by itself, also after a restart of the service', async () => {
    await using stage = await Stage.open({ standin: { page: { drifts: ['passkey', '-self-reload'] } } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const { qr } = await stage.nextQr('ventas');
    await expect(stage.world.phone(ANA).scan(qr)).rejects.toMatchObject({ code: 'passkey_required' });
    const waiting = await stage.until('ventas', 'PASSKEY_REQUIRED', 'passkey_required');
    expect(waiting.hint).toMatch(/until 2\d{3}-/);
    await expect(stage.sessions.qr('ventas')).rejects.toMatchObject({ code: 'not_waiting_for_qr' });

    process.kill(waiting.runtime?.pid ?? 0, 'SIGKILL');
    await stage.until('ventas', 'PASSKEY_REQUIRED', 'passkey_not_given');
    // The state is told before what is left of the browser is gone.
    await vi.waitFor(async () => expect((await stage.sessions.get('ventas')).runtime).toBeNull());
    const asked = stage.world.observed.filter(({ type }) => type === 'qr').length;
    await stage.stop();
    await stage.start();
    await stage.until('ventas', 'PASSKEY_REQUIRED', 'passkey_not_given');
    expect(stage.world.observed.filter(({ type }) => type === 'qr')).toHaveLength(asked);

    await stage.sessions.start('ventas');
    await stage.nextQr('ventas');
  });

  test('that the owner gives in time links the account', async () => {
    await using stage = await Stage.open({ standin: { page: { drifts: ['passkey', '-self-reload'] } } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const { qr } = await stage.nextQr('ventas');
    await expect(stage.world.phone(ANA).scan(qr)).rejects.toMatchObject({ code: 'passkey_required' });
    await stage.until('ventas', 'PASSKEY_REQUIRED');
    await stage.world.phone(ANA).grantPasskey();
    expect(await stage.until('ventas', 'READY')).toMatchObject({ account: { phone: ANA } });
  });
});

describe('a login that the page erases', { timeout: 120_000 }, () => {
  test('is told when it is first seen at a start, shows no QR, and a snapshot brings it back without a phone', async () => {
    await using stage = await Stage.open({ standin: { page: { drifts: ['-self-reload'] } } });
    await stage.start();
    await stage.link('ventas', ANA);
    const { id }: Pick<SnapshotDetail, 'id'> = await stage.context.snapshots.create('ventas', {
      reason: 'requested',
      signal: AbortSignal.timeout(30_000),
    });
    await stage.sessions.stop('ventas');
    const asked = stage.world.observed.filter(({ type }) => type === 'qr').length;
    stage.world.configure({ page: { drifts: ['-self-reload', 'logout-reason'] } });
    await stage.sessions.start('ventas');
    const { hint } = await stage.until('ventas', 'AUTH_FAILURE', 'page_erased_login');
    expect(hint).toContain(`./leadmaster snapshot restore ventas ${id}`);
    expect(stage.world.observed.filter(({ type }) => type === 'qr')).toHaveLength(asked);
    await expect(stage.sessions.start('ventas')).rejects.toMatchObject({ code: 'wrong_state', hint });

    stage.world.configure({ page: { drifts: ['-self-reload'] } });
    await vi.waitFor(async () => expect((await stage.sessions.get('ventas')).runtime).toBeNull(), 10_000);
    await stage.context.snapshots.restore('ventas', id, {
      ...{ start: true, overwriteNewer: false, restart: false },
      signal: AbortSignal.timeout(60_000),
    });
    expect(await stage.until('ventas', 'READY')).toMatchObject({ account: { phone: ANA } });
  });

  test("is told with WhatsApp's words when the account is locked while it runs", async () => {
    await using stage = await Stage.open({ standin: { page: { drifts: ['-self-reload'] } } });
    await stage.start();
    await stage.link('ventas', BETO);
    stage.world.phone(BETO).erase(3, { header: 'Account locked', subtext: 'Look at your phone' });
    const { hint } = await stage.until('ventas', 'AUTH_FAILURE', 'account_locked');
    expect(hint).toContain('Account locked');
    expect(hint).toContain('Look at your phone');
  });
});

describe('what the page can do', { timeout: 90_000 }, () => {
  test('is found at READY; a green page is ok, and what it lacks is refused before the page is asked', async () => {
    await using stage = await Stage.open({ standin: { page: { drifts: ['-self-reload'] } } });
    await stage.start();
    await stage.link('ventas', ANA);
    await vi.waitFor(
      async () => {
        const { features, build } = await stage.sessions.capabilities('ventas');
        expect(features).toMatchObject({ ids: 'ok', text: 'ok', inbound: 'ok', catchUp: 'ok' });
        expect(build).toBe(stage.world.settings.page.version);
      },
      { timeout: 30_000, interval: 200 },
    );
    expect((await stage.sessions.check('ventas')).checks.filter(({ name }) => name === 'page: text')).toEqual([]);
  });
});
