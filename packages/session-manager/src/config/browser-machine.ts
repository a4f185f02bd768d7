import { ownEnvironment } from '@leadmaster/service-kit/process';
import { underUtf8, withoutSecrets } from './browser-env.ts';

/** Whether there is a screen that a window could open on; on other systems than Linux there is. */
export function hasScreen(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = ownEnvironment();
  return process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

/** The folders in which this process finds commands. */
export function commandPath(): string {
  return ownEnvironment().PATH ?? '';
}

/** The environment of a session's browser: this process's own without its secrets, under a locale that can write every file name. */
export function browserEnvironment(): Promise<NodeJS.ProcessEnv> {
  return underUtf8(withoutSecrets(ownEnvironment()));
}

/** The environment for a git that is asked about a folder: without what would make it answer for another repository. */
export function gitFreeEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(ownEnvironment()).filter(([name]) => !name.startsWith('GIT_')));
}
