import { describe, expect, it } from 'vitest';
import { fakeService } from './harness.ts';

describe('leadmaster place', () => {
  it('shows both places with their dates, and what waits', async () => {
    const { cli } = await fakeService();
    const { code, stdout } = await cli('place show');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /was \/srv\/data on old, seen there since 2026-01-01[\s\S]*is \/srv\/copy on new[\s\S]*Waiting: ventas, soporte/,
    );
  });

  it('releases nothing without the word, and those that are named with it', async () => {
    const { cli } = await fakeService();
    const refused = await cli('place accept');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('--origin-retired') });
    const some = await cli('place accept ventas --origin-retired');
    expect(some).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\/srv\/data[\s\S]*Released: ventas[\s\S]*Started: ventas/),
    });
    const { stdout } = await cli('place accept --origin-retired --json');
    expect(JSON.parse(stdout)).toMatchObject({ accepted: ['soporte'], place: { waiting: [] } });
    expect((await cli('place accept --origin-retired')).stdout).toContain('None of these sessions waits');
  });

  it('asks a person at a terminal', async () => {
    const { cli } = await fakeService();
    expect(await cli('place accept ventas', { answers: 'no' })).toMatchObject({ code: 1 });
    expect(await cli('place accept ventas', { answers: 'yes' })).toMatchObject({ code: 0 });
  });
});
