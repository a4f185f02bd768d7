import type { BuildKeeper } from '../../src/builds/builds.ts';

/** Every session as WhatsApp serves it, and nothing is learnt: for tests of the rest. */
export const UNGUARDED_BUILDS: BuildKeeper = {
  choose: async () => null,
  heard: () => undefined,
  probed: () => undefined,
  ended: async () => undefined,
};
