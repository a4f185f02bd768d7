import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cleanUp } from '../../session-manager/test/profile/helpers.ts';

/** A process that does something and then stays, up when this resolves; ended after the test. */
export async function bystander(does: string, args: readonly string[] = []): Promise<ChildProcess> {
  const script = `${does}process.stdout.write("up"); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', script, '--', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp(async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return child;
}
