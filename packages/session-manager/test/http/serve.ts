import {
  type Answer,
  type Ask,
  send,
  startTestManager,
  type TestManager,
  type TestManagerOptions,
} from '@leadmaster/testkit';
import { onTestFinished } from 'vitest';

export { ADMIN_KEY, type Answer, type Ask, SERVICE_TOKEN, send } from '@leadmaster/testkit';

export interface Served extends TestManager {
  sessions: TestManager['context']['sessions'];
  snapshots: TestManager['context']['snapshots'];
  ask: (path: string, ask?: Ask) => Promise<Answer>;
}

/** A session manager until the end of the test, and how to ask it. */
export async function serve(options: TestManagerOptions = {}): Promise<Served> {
  const manager = await startTestManager(options);
  onTestFinished(() => manager.close());
  const { sessions, snapshots } = manager.context;
  return { ...manager, sessions, snapshots, ask: (path, ask) => send(manager.port, path, ask) };
}
