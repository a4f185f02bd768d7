import { join } from 'node:path';
import { expect, test } from 'vitest';
import { demoDir, readDemo, removeDemo, writeDemo } from '../src/demo/demo-file.ts';
import { run, tempFolder } from './harness.ts';

test('a demo that runs is left alone by a second start, which is refused', async () => {
  const dataDir = join(tempFolder(), 'data');
  const folder = demoDir(dataDir);
  const running = { pid: process.ppid, port: 1, controlUrl: 'http://127.0.0.1:1', chromeArgs: '' };
  writeDemo(folder, running);
  const ran = await run(['start', '--demo'], { env: { LEADMASTER_DATA_DIR: dataDir } });
  expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining(`as pid ${process.ppid}`) });
  removeDemo(folder);
  expect(readDemo(folder)).toEqual(running);
});
