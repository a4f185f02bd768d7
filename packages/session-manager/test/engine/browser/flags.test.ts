import { expect, test } from 'vitest';
import { browserFlags, userAgent } from '../../../src/engine/browser/flags.ts';

const BOTH = [true, false];
const COMBINATIONS = BOTH.flatMap((visible) => BOTH.map((root) => ({ visible, root })));

test.each(COMBINATIONS)('names a desktop Chrome and no headless one (visible $visible, root $root)', (input) => {
  const flags = browserFlags({ ...input, userAgent: userAgent(156), extra: ['--lang=es'] });
  const named = flags.filter((flag) => flag.startsWith('--user-agent='));
  expect(named).toEqual([expect.stringMatching(/ Chrome\/156\.0\.0\.0 Safari/)]);
  expect(flags.join(' ')).not.toMatch(/headless/i);
});
