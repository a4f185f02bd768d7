import { expect, test } from 'vitest';
import { service } from './harness.ts';

test('what the page can do, a line per feature', async () => {
  const { cli, given } = await service();
  await given('ventas', 'LINKED');
  const { code, stdout, stderr } = await cli('capabilities ventas');
  expect(code).toBe(0);
  expect(stdout).toMatch(/FEATURE +VERDICT +FAILED USES +WHY/);
  expect(stdout).toMatch(/text +unknown +0/);
  expect(stderr).toContain('has not been probed yet');
  expect(JSON.parse((await cli('--json capabilities ventas')).stdout).features.ids).toBe('unknown');
});

test('an override adds to those that are there, and --reset takes all back', async () => {
  const { cli, given, sessions } = await service();
  await given('ventas', 'READY');
  expect((await cli('capabilities ventas --override text')).stdout).toMatch(/text +unknown, used anyway/);
  await cli('capabilities ventas --override ids');
  expect((await sessions.capabilities('ventas')).overridden.toSorted()).toEqual(['ids', 'text']);
  await cli('capabilities ventas --reset');
  expect((await sessions.capabilities('ventas')).overridden).toEqual([]);
});

test('an unknown feature is refused with those that there are, and so is a reset of what is overridden', async () => {
  const { cli, given } = await service();
  await given('ventas', 'READY');
  const wrong = await cli('capabilities ventas --override voice');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('one of link, ready, ids, text');
  expect((await cli('capabilities ventas --override text --reset')).code).toBe(2);
  expect((await cli('capabilities nobody')).code).toBe(3);
});
