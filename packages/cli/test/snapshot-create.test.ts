import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Sink, service } from './harness.ts';

const TERMINAL = { columns: 100, rows: 40 };

describe('snapshot create', () => {
  test('says what was taken', async () => {
    const { cli, given, snapshots } = await service();
    await given('ventas', 'READY');
    const { code, stdout, stderr } = await cli('snapshot create ventas');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [taken] = (await snapshots.list('ventas')).items;
    expect(stdout).toMatch(/^ventas: snapshot 1-[0-9a-f]+, \d+ files, .* new, .* stored, .*took .*\n$/);
    expect(stdout).toContain(`snapshot ${taken?.id}, ${taken?.files} files`);
    const json = JSON.parse((await cli('snapshot create ventas --kind full --json')).stdout);
    expect(json).toMatchObject({ session: 'ventas', kind: 'full', reason: 'requested' });
    expect((await snapshots.list('ventas')).items[0]).toMatchObject({ id: json.id });
  });

  test('shows on a terminal how far it is, and leaves nothing of it', async () => {
    const { captures, cli, given } = await service();
    await given('ventas', 'READY');
    captures.hold();
    const stderr = new Sink();
    const running = cli('snapshot create ventas', { terminal: TERMINAL, stderr });
    await expect.poll(() => captures.working).toEqual(['ventas']);
    await expect.poll(() => stderr.text).toMatch(/copying/);
    captures.release();
    expect(await running).toMatchObject({ code: 0, stdout: expect.stringMatching(/snapshot 1-[0-9a-f]+.*\n$/) });
    expect(stderr.text.endsWith('\u001b[1A\r\u001b[0J')).toBe(true);
  });

  test('of a session that was never linked: wrong state; of none: not found; nothing or too much: usage', async () => {
    const { cli, given } = await service();
    await given('ventas', 'QR_REQUIRED');
    expect(await cli('snapshot create ventas')).toMatchObject({ code: 4, stderr: /has no login.*Link it first/s });
    expect(await cli('snapshot create nobody')).toMatchObject({ code: 3 });
    expect(await cli('snapshot create')).toMatchObject({ code: 2, stderr: /Give one session, or --all/ });
    expect(await cli('snapshot create ventas --all')).toMatchObject({ code: 2 });
    expect(await cli('snapshot create ventas --kind tiny')).toMatchObject({ code: 2 });
  });

  test('--all continues after one that fails, and passes over what was never linked', async () => {
    const { blobs, cli, given } = await service();
    await given('a', 'READY');
    await given('b', 'QR_REQUIRED');
    await given('c', 'READY');
    await given('d', 'UNCLAIMED');
    const { code, stdout, stderr } = await cli('snapshot create --all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^b: b has no login yet.*\n$/) });
    expect(stdout.match(/^\w: snapshot/gm)).toEqual(['a: snapshot', 'c: snapshot']);
    blobs.plan({ what: 'fail', on: 'put', times: Number.POSITIVE_INFINITY, error: new Error('boom') });
    const failed = await cli('snapshot create --all --json');
    expect(failed.code).toBe(1);
    const { items } = JSON.parse(failed.stdout);
    expect(
      items.map(({ session, error }: { session: string; error: { code: string } }) => [session, error.code]),
    ).toEqual([
      ['a', 'internal'],
      ['b', 'nothing_to_snapshot'],
      ['c', 'internal'],
    ]);
  });

  test('--all passes over what has moved to another machine, and says so', async () => {
    const { cli, given } = await service();
    await given('a', 'READY');
    await given('b', 'MOVED');
    expect(await cli('snapshot create b')).toMatchObject({ code: 4 });
    const { code, stdout, stderr } = await cli('snapshot create --all');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^b: .*moved.*\n$/) });
    expect(stdout.match(/^\w: snapshot/gm)).toEqual(['a: snapshot']);
  });

  test('Ctrl-C ends the waiting, and says that the service continues', async () => {
    const { captures, cli, given, snapshots } = await service();
    await given('ventas', 'READY');
    captures.hold();
    const signals = new EventEmitter();
    const stderr = new Sink();
    const running = cli('snapshot create ventas', { terminal: TERMINAL, stderr, signals });
    await expect.poll(() => captures.working).toEqual(['ventas']);
    await expect.poll(() => stderr.text).toContain('ventas  ');
    signals.emit('SIGINT');
    expect((await running).code).toBe(130);
    expect(stderr.text).toMatch(/No longer waiting; the service continues it \(operation op_.*\.\/leadmaster events/s);
    expect(signals.listenerCount('SIGINT')).toBe(0);
    expect(captures.working).toEqual(['ventas']);
    captures.release();
    await expect.poll(async () => (await snapshots.list('ventas')).items).toHaveLength(1);
  });

  test('a service that ends while it is at work is no success', async () => {
    const { app, captures, cli, given } = await service();
    await given('ventas', 'READY');
    captures.hold();
    const running = cli('snapshot create ventas --json');
    await expect.poll(() => captures.working).toEqual(['ventas']);
    await app.close();
    const { code, stdout } = await running;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'operation_lost',
      detail: expect.stringContaining('has ended while'),
    });
  });
});
