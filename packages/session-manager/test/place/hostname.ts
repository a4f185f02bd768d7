import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { onTestFinished } from 'vitest';

/** Until the test is over, this machine is called otherwise. */
export function asHost(name: string): void {
  const { hostname } = os;
  const call = (answer: () => string): void => {
    os.hostname = answer;
    syncBuiltinESMExports();
  };
  onTestFinished(() => call(hostname));
  call(() => name);
}
