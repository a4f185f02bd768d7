import { type TestManager, vaultOf } from '@leadmaster/testkit';
import { describe, expect, test } from 'vitest';
import { service } from './harness.ts';

/** A vault with two sessions that are not here, and one that is. `fill` does more where it was filled. */
async function machine(fill?: (there: TestManager) => Promise<void>) {
  const manager = await service(await vaultOf({ ventas: 1, soporte: 1 }, fill));
  await manager.given('aqui', 'LINKED');
  await manager.take('aqui');
  manager.stage.takeLogins();
  const here = () => manager.context.roster.names().sort();
  return { ...manager, here };
}

describe('recover', () => {
  test('lists what the vault holds, and how to bring it back', async () => {
    const { cli, here } = await machine();
    const { code, stdout, stderr } = await cli('recover');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SESSION +SNAPSHOTS +LAST +WHEN +AGE +SIZE +VERIFIED +HERE\n/);
    expect(stdout).toMatch(/^ventas +1 +1-[0-9a-f]+ +20.* no$/m);
    expect(stdout).toMatch(/^aqui +1 +1-[0-9a-f]+ .* yes$/m);
    expect(stderr).toContain('./leadmaster recover NAME..., or --all');
    const { items } = JSON.parse((await cli('recover --json')).stdout);
    expect(items.map(({ session, isHere }: { session: string; isHere: boolean }) => [session, isHere])).toEqual([
      ['aqui', true],
      ['soporte', false],
      ['ventas', false],
    ]);
    expect(here()).toEqual(['aqui']);
  });

  test('one of which nothing can be read is shown as such, hides none of the others, and fails --all', async () => {
    const records = new Set<string>();
    const { blobs, cli } = await machine(async (there) => {
      const others = await recordsOf(there);
      await there.given('std', 'LINKED');
      await there.take('std');
      for (const key of (await recordsOf(there)).difference(others)) records.add(key);
    });
    for (const key of records) await blobs.put(key, Buffer.from('rubbish'));
    const { code, stdout } = await cli('recover');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^std +.* DAMAGED +no$/m);
    expect(stdout).toMatch(/^ventas +1 /m);
    expect(stdout).toMatch(/std: DAMAGED chain\/[0-9a-f]+/i);
    expect(await cli('recover ventas --origin-retired')).toMatchObject({ code: 0 });
    const all = await cli('recover --all --origin-retired --json');
    expect(all.code).toBe(1);
    expect(JSON.parse(all.stdout).items).toMatchObject([
      { session: 'soporte', ok: true },
      { session: 'std', ok: false },
    ]);

    const list = await cli('snapshot list');
    expect(list).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ventas +1-[0-9a-f]+/m) });
    expect(list.stdout).toMatch(/std: DAMAGED chain\//i);
    const { problems } = JSON.parse((await cli('snapshot list --json')).stdout);
    expect(problems).toMatchObject([{ session: 'std', kind: 'damaged' }]);
  });

  test('--all leaves out what was deleted on purpose, names it, and says how to bring it back anyway', async () => {
    const { cli, here } = await machine(async (there) => {
      await there.given('prueba', 'LINKED');
      await there.take('prueba', 'before_delete');
    });
    expect((await cli('recover')).stdout).toMatch(/^prueba .* deleted$/m);
    const all = await cli('recover --all --origin-retired');
    expect(all).toMatchObject({ code: 0, stderr: expect.stringMatching(/Left out.*: prueba\..*recover prueba/s) });
    expect(here()).toEqual(['aqui', 'soporte', 'ventas']);
    expect(await cli('recover prueba --origin-retired')).toMatchObject({ code: 0 });
    expect(here()).toContain('prueba');
  });

  test('an empty vault', async () => {
    const { cli } = await service();
    expect((await cli('recover')).stdout).toBe('The vault holds no session.\n');
    expect(JSON.parse((await cli('recover --all --json')).stdout)).toEqual({ items: [] });
  });

  test('brings nothing back before the operator has confirmed that the old machine is gone', async () => {
    const { cli, here } = await machine();
    for (const line of ['recover ventas', 'recover --all', 'recover ventas --yes']) {
      expect(await cli(line), line).toMatchObject({ code: 5, stderr: /retired.*--origin-retired/s });
    }
    expect(JSON.parse((await cli('recover ventas --json')).stdout).error).toMatchObject({
      code: 'origin_not_retired',
      exitCode: 5,
    });
    // A quick "y" is not enough, and --yes is no such word either.
    expect(await cli('recover ventas', { answers: 'y' })).toMatchObject({
      code: 1,
      stderr: /Nothing was done.*whole word is an answer: yes/s,
    });
    expect(await cli('recover ventas --yes', { answers: 'yes' })).toMatchObject({ code: 5 });
    expect(here()).toEqual(['aqui']);
  });

  test('at a terminal the answer has to be typed', async () => {
    const { cli, here } = await machine();
    const { code, stdout, stderr } = await cli('recover ventas', { answers: 'yes' });
    expect(code).toBe(0);
    expect(stderr).toMatch(/ventas: is the machine .* gone for good.*Type yes: /s);
    expect(stdout).toMatch(/ok {3}ventas from 1-[0-9a-f]+: .+\n$/);
    expect(here()).toEqual(['aqui', 'ventas']);
  });

  test('which ones is asked where none is named', async () => {
    const { cli, here } = await machine();
    expect(await cli('recover', { answers: '' })).toMatchObject({ code: 0, stderr: /Which should be brought back/ });
    expect(await cli('recover', { answers: 'nobody' })).toMatchObject({ code: 3 });
    expect(await cli('recover', { answers: 'UPPER' })).toMatchObject({ code: 2 });
    expect(here()).toEqual(['aqui']);
    expect(await cli('recover', { answers: ['soporte, ventas', 'yes'] })).toMatchObject({ code: 0 });
    expect(here()).toEqual(['aqui', 'soporte', 'ventas']);
  });

  test('--all --origin-retired asks nothing; --no-start leaves them stopped', async () => {
    const { cli, here, sessions } = await machine();
    const { code, stdout } = await cli('recover --all --origin-retired --no-start --json');
    expect(code).toBe(0);
    const brought = {
      ok: true,
      snapshot: expect.stringMatching(/^1-/),
      detail: expect.stringMatching(/^as it was 20/),
    };
    expect(JSON.parse(stdout).items).toEqual([
      { session: 'soporte', ...brought },
      { session: 'ventas', ...brought },
    ]);
    expect(here()).toEqual(['aqui', 'soporte', 'ventas']);
    expect((await sessions.get('ventas')).state).toBe('STOPPED');
    expect((await cli('recover --all --origin-retired')).stderr).toContain(
      'Nothing that the vault holds is missing here.',
    );
  });

  test('one that fails does not stop the others, and is exit code 1', async () => {
    const { cli } = await machine();
    expect(await cli('recover aqui ventas --origin-retired')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAIL aqui: there is a profile of that name here.*\nok {3}ventas/),
      stderr: /Not brought back: aqui/,
    });
    expect(await cli('recover nobody --origin-retired')).toMatchObject({ code: 3 });
    expect(await cli('recover ventas --all')).toMatchObject({ code: 2 });
    expect(await cli('recover UPPER')).toMatchObject({ code: 2 });
  });
});

/** The records of all histories. */
async function recordsOf({ blobs }: TestManager): Promise<Set<string>> {
  const found = await Array.fromAsync(blobs.list('chain/'));
  return new Set(found.map(({ key }) => key));
}
