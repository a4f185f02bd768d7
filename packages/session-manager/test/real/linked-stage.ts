import { afterAll, afterEach, beforeEach } from 'vitest';
import { Stage, type StageOptions } from './harness.ts';

/** Before each test of a suite: a manager of its own whose session `ventas` is linked to that account. */
export function linkBeforeEach(account: string, take: (stage: Stage) => void): void {
  let stage: Stage | null = null;

  beforeEach(async () => {
    stage = await linkedStage(account);
    take(stage);
  });

  afterEach(async () => {
    await stage?.[Symbol.asyncDispose]();
  });
}

/**
 * Before each test of a suite: a manager whose session `ventas` is READY, linked to that account. The tests share it, with what
 * earlier ones left of events, trash and messages; after one that fails, or ends otherwise than READY, the next gets a new one.
 */
export function readyBeforeEach(account: string, take: (stage: Stage) => void, options: StageOptions = {}): void {
  sharedBeforeEach(
    () => linkedStage(account, options),
    (stage) => isReady(stage, account),
    take,
  );
}

/** Before each test of a suite: a stage that the tests share; after one that fails, or leaves it unfit, the next gets a new one. */
export function sharedBeforeEach<S extends AsyncDisposable>(
  open: () => Promise<S>,
  isFit: (stage: S) => Promise<boolean>,
  take: (stage: S) => void,
): void {
  let stage: S | null = null;

  const end = async (): Promise<void> => {
    const ended = stage;
    stage = null;
    await ended?.[Symbol.asyncDispose]();
  };

  beforeEach(async () => {
    stage ??= await open();
    take(stage);
  });

  afterEach(async ({ task }) => {
    if (stage === null || task.result?.state === 'fail' || !(await isFit(stage))) await end();
  });

  afterAll(end);
}

async function linkedStage(account: string, options: StageOptions = {}): Promise<Stage> {
  const stage = await Stage.open(options);
  try {
    await stage.start();
    await stage.link('ventas', account);
    return stage;
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

async function isReady(stage: Stage, account: string): Promise<boolean> {
  if (!stage.isRunning) return false;
  const session = (await stage.sessions.list()).items.find(({ name }) => name === 'ventas');
  return session?.state === 'READY' && session.account?.phone === account;
}
