import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The browsers of this machine, by their real binaries: a wrapper script would be another process. */
export const BROWSERS = [
  { name: 'chromium-headless-shell', path: '/usr/lib/chromium/chromium-headless-shell' },
  { name: 'chromium', path: '/usr/lib/chromium/chromium' },
  ...(process.env.CHROME_PATH === undefined ? [] : [{ name: 'CHROME_PATH', path: process.env.CHROME_PATH }]),
].filter((browser) => existsSync(browser.path));

export function flags(profileDir: string): string[] {
  return [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...['--headless', '--disable-breakpad', '--no-first-run', '--remote-debugging-port=0'],
    ...[`--user-data-dir=${profileDir}`, 'about:blank'],
  ];
}

/** Waits until a browser listens, so that all of its processes are there. */
export async function listening(profileDir: string): Promise<void> {
  await until(async () => {
    const text = await readFile(join(profileDir, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const port = Number(text.split('\n')[0]);
    if (!(port > 0)) return false;
    const pages = await fetch(`http://127.0.0.1:${port}/json/list`)
      .then((answer) => answer.json() as Promise<{ type: string }[]>)
      .catch(() => []);
    return pages.some((page) => page.type === 'page');
  });
}

export async function until(condition: () => boolean | Promise<boolean>, withinMs = 45_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${condition}`);
    await sleep(25);
  }
}
