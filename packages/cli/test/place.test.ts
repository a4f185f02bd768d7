import { describe, expect, test } from 'vitest';
import { copiedFolder, service } from './harness.ts';

/** A service on a copy of a data folder in which both sessions ran. */
async function copy() {
  const { dataDir, origin, ...options } = await copiedFolder('ventas', 'soporte');
  return { ...(await service({ ...options, dataDir })), origin };
}

describe('leadmaster place', () => {
  test('shows both places with their dates, and what waits', async () => {
    const { cli, dataDir, origin } = await copy();
    const { code, stdout } = await cli('place show');
    expect(code).toBe(0);
    const today = new Date().toISOString().slice(0, 4);
    expect(stdout).toMatch(
      new RegExp(
        `was ${origin} on \\S+, seen there since ${today}[^]*is ${dataDir} on \\S+[^]*Waiting: soporte, ventas`,
      ),
    );
  });

  test('releases nothing without the word, and those that are named with it', async () => {
    const { cli, origin, until } = await copy();
    const refused = await cli('place accept');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('--origin-retired') });
    await until('ventas', 'STOPPED');
    const some = await cli('place accept ventas --origin-retired');
    expect(some).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`${origin}[^]*Released: ventas[^]*Started: ventas`)),
    });
    await until('ventas', 'RECONNECTING');
    await until('soporte', 'STOPPED');
    const { stdout } = await cli('place accept --origin-retired --json');
    expect(JSON.parse(stdout)).toMatchObject({ accepted: ['soporte'], place: { waiting: [] } });
    expect((await cli('place accept --origin-retired')).stdout).toContain('None of these sessions waits');
  });

  test('asks at a terminal', async () => {
    const { cli } = await copy();
    expect(await cli('place accept ventas', { answers: 'no' })).toMatchObject({ code: 1 });
    expect(await cli('place accept ventas', { answers: 'yes' })).toMatchObject({ code: 0 });
  });
});
