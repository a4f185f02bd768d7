import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from '@leadmaster/doctor';
import { of } from '@leadmaster/testkit/asking';
import { radosgwMissing } from '@leadmaster/testkit/radosgw';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestBucket } from '../../../vault/test/store/s3-server.ts';
import { readConfig } from '../../src/config/index.ts';
import { tempFolder } from '../profile/helpers.ts';
import { ServiceStage } from './service.ts';

const PHONE = '5491100000001';
const FRIEND = '5491100000002';

const missing = radosgwMissing();
if (missing !== null) test('the service with its vault in S3', (context) => context.skip(missing));
else describe('the service with its vault in S3', againstServer);

function againstServer(): void {
  let bucket: TestBucket;
  beforeAll(async () => {
    bucket = await TestBucket.start();
  });
  afterAll(async () => {
    await bucket?.stop();
  });

  test('links, saves, restores, and recovers on a machine that has nothing but the key', async () => {
    await using stage = await ServiceStage.open({
      env: {
        VAULT_URL: `s3://${bucket.bucket}/leadmaster?endpoint=${bucket.server.endpoint}&region=us-east-1`,
        AWS_ACCESS_KEY_ID: bucket.user.accessKeyId,
        AWS_SECRET_ACCESS_KEY: bucket.user.secretAccessKey,
      },
    });
    await stage.service.start();
    await stage.link('ventas', PHONE);
    await stage.world.phone(FRIEND).send(PHONE, 'hola');
    const heard = await stage.event(({ type }) => type === 'message.received');
    const taken = await stage.service.call('createSnapshot', of('ventas'));
    expect(taken.storedBytes).toBeGreaterThan(0);
    const verified = await stage.service.call('verifySnapshot', { params: { session: 'ventas', snapshot: taken.id } });
    expect(verified).toMatchObject({ ok: true });
    // Beside a running service with a real browser, the doctor finds nothing but what was left undone.
    const { findings } = await examine(readConfig(stage.env), { machine: { tryVault: async () => undefined } });
    const left = findings.filter(({ severity, id }) => severity !== 'ok' && id !== 'runs_as_root');
    expect(left).toMatchObject([{ id: 'vault_key_not_copied', severity: 'warning' }]);
    // Nothing of the vault is on this disk.
    expect(await readdir(stage.dataDir)).not.toContain('vault');

    await stage.service.call('stopSession', { ...of('ventas'), query: { wait: 20 } });
    await stage.event(({ type, data }) => type === 'snapshot.created' && data.id !== taken.id, heard.id);
    const { items } = await stage.service.call('listSnapshots', of('ventas'));
    expect(items.map(({ reason }) => reason)).toEqual(['stopped', 'requested']);
    const latest = { session: 'ventas', snapshot: items[0]?.id ?? '' };
    await stage.service.call('restoreSnapshot', { params: latest, body: { start: true } });
    expect(await stage.service.until('ventas', 'READY')).toMatchObject({ generation: 2 });
    // The last word of this login, so that what is recovered is not older than what WhatsApp has seen.
    const { cursor } = await stage.service.events(0);
    await stage.service.call('stopSession', { ...of('ventas'), query: { wait: 20 } });
    await stage.event(({ type, data }) => type === 'snapshot.created' && data.reason === 'stopped', cursor);

    // Another machine: an empty data folder, the bucket, and the key that was kept.
    const fresh = await tempFolder();
    const keyFile = join(stage.dataDir, 'vault.key');
    await stage.restart('SIGTERM', { LEADMASTER_DATA_DIR: fresh, VAULT_KEY_FILE: keyFile });
    const found = await stage.service.call('listRecoverable');
    expect(found.items).toMatchObject([{ session: 'ventas', isHere: false }]);
    const recovered = await stage.service.call('recoverSessions', { body: { originRetired: true, start: true } });
    expect(recovered.items).toMatchObject([{ session: 'ventas', ok: true }]);
    expect(await stage.service.until('ventas', 'READY')).toMatchObject({
      account: { phone: PHONE },
      lastSnapshot: { id: recovered.items[0]?.snapshot, verified: true },
    });
    await stage.world.phone(FRIEND).send(PHONE, 'otra vez');
    await stage.event(({ type, data }) => type === 'message.received' && data.text === 'otra vez');
    expect(stage.accusations()).toEqual([]);
    await stage.service.end('SIGTERM');
  });
}
