import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_KEY, SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { run, tempFolder } from './harness.ts';

const read = (name: string): Promise<string> => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** The lines of the page's blocks that speak with the hub. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/```sh\n([^`]*)```/g)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.split('\n'));
  return lines.filter((line) => /^\.\/leadmaster (machines|move)/.test(line)).map((line) => line.slice(13));
}

/** A hub without machines, and the command line set to speak with it; two managers, and a session on the first. */
async function place() {
  const hub = await hubOver([]);
  const folder = tempFolder();
  const managers = [await startTestManager(), await startTestManager()] as const;
  for (const manager of managers) onTestFinished(() => manager.close());
  const [m1, m2] = managers;
  for (const name of ['m1', 'm2']) writeFileSync(join(folder, `${name}.token`), `${SERVICE_TOKEN}\n`, { mode: 0o600 });
  await m1.given('ventas', 'READY');
  await m1.context.sessions.stop('ventas');
  await m1.stage.until('ventas', 'STOPPED');
  const env = {
    LEADMASTER_DATA_DIR: folder,
    LEADMASTER_URL: `http://127.0.0.1:${hub.port}`,
    LEADMASTER_KEY: ADMIN_KEY,
  };
  const here: Record<string, string> = {
    'https://m1.example.org': `http://127.0.0.1:${m1.port}`,
    'https://m2.example.org': `http://127.0.0.1:${m2.port}`,
    'm1.token': join(folder, 'm1.token'),
    'm2.token': join(folder, 'm2.token'),
  };
  const cli = (line: string, language = 'en') =>
    run([...line.split(' ').map((word) => here[word] ?? word)], { env: { ...env, LEADMASTER_LANG: language } });
  return { hub, m1, m2, cli };
}

describe('two machines behind a hub', () => {
  test('by the page alone: each of its commands does what it says', { timeout: 120_000 }, async () => {
    const { hub, cli } = await place();
    const commands = commandsOf(await read('two-machines.md'));
    expect(commands.length).toBeGreaterThan(8);
    for (const command of commands) {
      if (command.startsWith('move')) await hub.until('ventas', 'STOPPED');
      const ran = await cli(command.startsWith('machines remove') ? `${command} --yes` : command);
      expect([command, ran.code, ran.stderr]).toEqual([command, 0, expect.any(String)]);
      if (command.startsWith('move')) expect(ran.stdout).toContain('ventas is on m2, and is STOPPED there.');
      if (command.includes('--move')) expect(ran.stdout).toContain('m1 has no session left');
    }
    expect((await cli('machines list')).stdout).toMatch(/^m2 +up/m);
  });

  test('the Spanish page has the same commands', async () => {
    expect(commandsOf(await read('two-machines.es.md'))).toEqual(commandsOf(await read('two-machines.md')));
  });

  test('move says where the session is, and fails where it could not go; drain and sessions name what is left and what is silent, in two languages', async () => {
    const { hub, m1, m2, cli } = await place();
    for (const [name, { port }] of Object.entries({ m1, m2 }))
      await hub.ask('/v1/machines', { body: { name, url: `http://127.0.0.1:${port}`, token: SERVICE_TOKEN } });
    await hub.until('ventas', 'STOPPED');
    await hub.ask('/v1/sessions', { body: { name: 'nueva', start: false, machine: 'm1' } });
    expect(await cli('move ventas')).toMatchObject({ code: 2 });
    expect(await cli('move ventas --machine m3')).toMatchObject({ code: 3 });
    const refused = await cli('move nueva --machine m2');
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('nueva is not linked') });
    const json = await cli('move ventas --machine m2 --json');
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'ventas', machine: 'm2', state: 'STOPPED' });
    expect(await cli('machines drain m1 --move --undo')).toMatchObject({ code: 2 });
    expect(await cli('machines drain m1 --move --at-once 0')).toMatchObject({ code: 2 });
    const left = await cli('machines drain m1 --move');
    expect(left).toMatchObject({ code: 1, stdout: expect.stringMatching(/^nueva +nothing_to_snapshot/m) });
    expect(left.stderr).toContain('m1 still has 1 session that could not move.');
    const spanish = await cli('machines drain m1 --move', 'es');
    expect(spanish.stderr).toContain('m1 todavía tiene 1 sesión que no se pudo trasladar.');

    await m1.stop();
    await expect
      .poll(async () => (await cli('sessions')).stdout, { timeout: 10_000 })
      .toMatch(/^nueva +machine silent/m);
    expect((await cli('sessions')).stderr).toMatch(/m1 does not answer since [\s\S]*: nueva\n[\s\S]*doctor there/);
    const inSpanish = await cli('sessions', 'es');
    expect([inSpanish.stdout, inSpanish.stderr].join('\n')).toMatch(/máquina sin respuesta[\s\S]*m1 no responde desde/);
    expect(inSpanish.stdout).toMatch(/^ventas +STOPPED/m);
  });
});
