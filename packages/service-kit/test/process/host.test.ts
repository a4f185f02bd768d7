import { expect, onTestFinished, test } from 'vitest';
import { containRejections, type HostedService } from '../../src/process/host.ts';

/** A service that contains failures with a word in them, and what it was told. */
function serviceOf(word: string) {
  const told: string[] = [];
  const service: HostedService = {
    log: {
      warn: (_facts: unknown, text?: string) => void told.push(`warn ${text}`),
      fatal: (_facts: unknown, text?: string) => void told.push(`fatal ${text}`),
    },
    contained: [{ isContained: (error) => String(error).includes(word), message: `left by ${word}` }],
    shutdown: async (reason, code) => void told.push(`shutdown ${code}: ${reason}`),
  };
  return { service, told };
}

/** What Node does for a promise that no code handles; the test runner listens as well. */
function reject(error: unknown): void {
  const others = process.listeners('unhandledRejection').slice(0, -1);
  for (const listener of others) process.off('unhandledRejection', listener);
  try {
    process.emit('unhandledRejection', error, Promise.resolve());
  } finally {
    const ours = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    for (const listener of [...others, ...ours]) process.on('unhandledRejection', listener);
  }
}

test('a failure that one service contains is written down once, and all of them continue', () => {
  const [a, b] = [serviceOf('library a'), serviceOf('library b')];
  onTestFinished(containRejections([a.service, b.service]));
  reject(new Error('from library b'));
  expect([a.told, b.told]).toEqual([[], ['warn left by library b']]);
});

test('any other failure ends all of them in order, with exit code 1', () => {
  const [a, b] = [serviceOf('library a'), serviceOf('library b')];
  const stop = containRejections([a.service, b.service]);
  reject(new Error('ours'));
  const ends = [expect.stringMatching(/^fatal .*ends in order$/), expect.stringMatching(/^shutdown 1: /)];
  expect([a.told, b.told]).toEqual([ends, ends]);
  const before = process.listenerCount('unhandledRejection');
  stop();
  expect(process.listenerCount('unhandledRejection')).toBe(before - 1);
});
