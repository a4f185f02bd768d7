import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { putLevelDb } from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';
import { type ProfileFs, realFs } from '../../src/profile/files.ts';

/** Runs after the test, last registered first. */
export function cleanUp(work: () => unknown): void {
  onTestFinished(async () => void (await work()));
}

/** A folder of its own for a test, with every symlink above it resolved. */
export async function tempFolder(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'leadmaster-profile-')));
  cleanUp(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** The two stores of a login, as LevelDB would leave them. */
export async function putLogin(profileDir: string, stores = Object.values(LOGIN_STORES) as string[]): Promise<void> {
  for (const store of stores) {
    await putLevelDb(join(profileDir, store));
    await writeFile(join(profileDir, store, '000005.ldb'), 'a table that was not finished');
  }
}

/** A disk that fails as told: `fail` gets the operation and the path, and answers with an error code, or with nothing. */
export function failingFs(fail: (operation: string, path: string) => string | undefined): ProfileFs {
  return new Proxy(realFs, {
    get(target, name: keyof ProfileFs) {
      const real = target[name] as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        const code = fail(name, String(args[0]));
        if (code !== undefined) throw Object.assign(new Error(`${code}: told to fail, ${name} '${args[0]}'`), { code });
        return real(...args);
      };
    },
  });
}

/** Starts a TypeScript script as a process of its own; killed after the test by its pid. */
export function startScript(script: string, args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanUp(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  return child;
}

/** The next line that a process prints. */
export async function nextLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no stdout');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => ['(ended without a word)']),
  ])) as [string];
  lines.close();
  return line;
}
