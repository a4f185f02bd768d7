import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A line between browsers and a hub that can fail; its port stays the same over restarts of the hub. */
export interface CutLine {
  port: number;
  /** Breaks what is open, and refuses what comes, until `mend`. */
  cut: () => void;
  /**
   * What is open stays open and nothing comes through it, as after a sleep; what is sent on it is refused then. What is opened
   * later is as ever.
   */
  silence: () => void;
  /** Breaks what is open, and answers nothing, until `mend`. Resolves once the next connection has come. */
  swallow: () => Promise<void>;
  mend: () => void;
}

/** Stands in front of a hub for the rest of the test. `target`: the port of the hub of now. */
export async function lineTo(target: () => number): Promise<CutLine> {
  const nears = new Map<Socket, Socket>();
  let mode: 'whole' | 'cut' | 'swallows' = 'whole';
  let swallowed = Promise.withResolvers<void>();
  const server = createServer((near) => {
    near.on('error', () => {});
    if (mode === 'cut') return void near.resetAndDestroy();
    if (mode === 'swallows') return swallowed.resolve();
    const far = connect({ host: '127.0.0.1', port: target() });
    far.on('error', () => {});
    near.on('close', () => {
      nears.delete(near);
      far.destroy();
    });
    far.on('close', () => near.destroy());
    nears.set(near, far);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const breakAll = (): void => nears.forEach((_far, near) => void near.destroy());
  onTestFinished(() => {
    breakAll();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      mode = 'cut';
      breakAll();
    },
    silence() {
      for (const [near, far] of nears) {
        near.unpipe();
        far.unpipe();
        far.removeAllListeners('close').destroy();
        near.on('data', () => near.resetAndDestroy()).resume();
      }
    },
    swallow() {
      mode = 'swallows';
      swallowed = Promise.withResolvers();
      breakAll();
      return swallowed.promise;
    },
    mend() {
      mode = 'whole';
    },
  };
}
