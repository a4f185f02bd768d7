/** What it costs to measure the size of profiles: `npm run bench -- storage [--profiles N] [--files N] [--rounds N] [--json FILE]`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { thisMachine } from './shared/machine.ts';
import { measureRounds, shareOfACore } from './storage/measuring.ts';
import { makeProfiles } from './storage/profiles.ts';

/** How often the service measures a session that runs; one at rest far more seldom. */
const EVERY_MIN = 15;
const GOAL = 0.01;

const { values } = parseArgs({
  options: {
    profiles: { type: 'string', default: '50' },
    'profile-mb': { type: 'string', default: '900' },
    files: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '4' },
    json: { type: 'string', default: fileURLToPath(new URL('./results/storage.json', import.meta.url)) },
  },
});
const [profiles, files, rounds] = [Number(values.profiles), Number(values.files), Number(values.rounds)];
const folder = await mkdtemp(join(tmpdir(), 'leadmaster-bench-'));
try {
  const names = await makeProfiles(folder, { profiles, files, bytes: Number(values['profile-mb']) * 1_000_000 });
  const samples = await measureRounds(folder, names, rounds);
  const share = shareOfACore(samples, EVERY_MIN);
  const result = {
    ...{ profiles, files, profileBytes: Number(values['profile-mb']) * 1_000_000, everyMin: EVERY_MIN },
    ...{ samples, share, goal: GOAL, reached: share < GOAL },
    machine: thisMachine(),
  };
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  for (const [i, { cpuMs, ms, longestMs }] of samples.entries()) {
    console.log(
      `round ${i + 1}: ${cpuMs} ms of processor time for all ${profiles}, ${ms} ms long; others waited ${longestMs} ms at most`,
    );
  }
  console.log(
    `every ${EVERY_MIN} minutes, over an hour: ${(share * 100).toFixed(2)} % of one core (goal: below ${GOAL * 100} %) ${share < GOAL ? 'reached' : 'NOT reached'}`,
  );
  process.exitCode = share < GOAL ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
