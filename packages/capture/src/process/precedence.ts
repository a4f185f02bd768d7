import { constants, getPriority, setPriority } from 'node:os';
import { onLinux } from './proc.ts';

/**
 * Has the calling thread run before all others for as long as a browser stands still for it. On a machine that is behind,
 * a pause is mostly that thread waiting for a core: the median of 7 at twice the load that two cores can do fell from 20
 * to 3 ms. Needs the right to do so (root, CAP_SYS_NICE, or LimitNICE of systemd); without it all stays as it was.
 *
 * On Linux alone: there a process number of 0 means the calling thread and not its whole process (setpriority(2)).
 *
 * @returns What gives the precedence back.
 */
export function takePrecedence(): () => void {
  if (!onLinux) return () => undefined;
  const usual = getPriority(0);
  try {
    setPriority(0, constants.priority.PRIORITY_HIGHEST);
  } catch (error) {
    const { code } = (error as { info?: NodeJS.ErrnoException }).info ?? {};
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    return () => undefined;
  }
  return () => setPriority(0, usual);
}
