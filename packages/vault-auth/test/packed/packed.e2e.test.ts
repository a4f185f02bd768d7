import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startStandin } from '@leadmaster/whatsapp-standin';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findNode22 } from './node-22.ts';
import { Project } from './project.ts';

const BROWSER = '/usr/lib/chromium/chromium-headless-shell';
const PHONE = '5491100000001';

interface Told {
  type: string;
  qr?: string;
}

describe('the libraries, installed from tarballs into a project of plain JavaScript', () => {
  let project: Project;
  let found: string | null;

  beforeAll(async () => {
    found = findNode22();
    project = await Project.make();
    await project.install();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  test('bring types that hold, also without skipLibCheck', async () => {
    // The types of whatsapp-web.js itself do not.
    const ours = (line: string): boolean => line.includes('error TS') && !line.includes('whatsapp-web.js/index.d.ts');
    expect((await project.compile('typed.ts')).split('\n').filter(ours)).toEqual([]);
  });

  describe('on Node 22', () => {
    let node: string;
    beforeEach((context) => {
      if (found === null) context.skip('no Node 22: `npm test` fetches it from the registry where it can');
      else node = found;
    });

    test('capture, save, prove, restore and call', async () => {
      const said = await project.run(node, 'libraries.mjs', join(project.folder, 'data'));
      expect(JSON.parse(said)).toEqual({
        restored: '{"kept":true}',
        verified: { ok: true, damage: [], files: 1, bytes: 13 },
        forgotten: 0,
        class: 'important',
        me: true,
        structure: [],
        unreachable: 'service_unreachable',
        error: 'capture_failed',
      });
    });

    test('a bot links, loses its folder, and comes back READY without a QR', async (context) => {
      if (!existsSync(BROWSER)) context.skip(`no ${BROWSER}`);
      const world = await startStandin({ sync: 'slow', slowSyncMs: 2000 });
      const folder = join(project.folder, 'bot');
      const options = {
        clientId: 'bot',
        dataPath: join(folder, 'profiles'),
        vault: { url: `file:${join(folder, 'vault')}`, keyFile: join(folder, 'vault.key') },
        executablePath: BROWSER,
        args: [...world.chromeArgs, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      };
      /** One life of the bot: what it tells until its first snapshot is saved, and after that. */
      const live = async (): Promise<string[]> => {
        const types: string[] = [];
        const bot = spawn(node, [await project.put('bot.cjs'), JSON.stringify(options)], { cwd: project.folder });
        for await (const { type, qr } of tellings(bot)) {
          types.push(type);
          if (qr !== undefined) await world.phone(PHONE).scan(qr);
          if (type === 'saved' || type === 'save_failed') bot.stdin.end();
        }
        return types;
      };
      try {
        expect(await live()).toEqual(['qr', 'ready', 'saved', 'saved']);
        await rm(options.dataPath, { recursive: true });
        expect(await live()).toEqual(['restored', 'ready', 'saved', 'saved']);
      } finally {
        await world.close();
      }
    });
  });
});

/** What a bot tells, line by line, until it ends. Its errors are those of the test. */
async function* tellings(bot: ChildProcessWithoutNullStreams): AsyncGenerator<Told> {
  let errors = '';
  bot.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const closed = once(bot, 'close');
  try {
    for await (const line of createInterface({ input: bot.stdout })) yield JSON.parse(line);
    const [code] = await closed;
    expect({ code, errors }).toMatchObject({ code: 0 });
  } finally {
    bot.kill('SIGKILL');
  }
}
