import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type PageDate, startStandin } from '@leadmaster/whatsapp-standin';
import { fsyncMs } from './messages/disk.ts';
import { type InboundFigures, measureInbound } from './messages/inbound.ts';
import { BenchService } from './messages/service.ts';
import { greet, measureTexts, type TextFigures } from './messages/texts.ts';
import { type Checkout, thisVersion, versionOf } from './messages/version-before.ts';
import { median } from './shared/median.ts';

/**
 * `npm run bench -- messages`: texts out and messages in through an earlier version and this one, in one run, in turn.
 * See README.md beside this.
 */
const OUTPUT = fileURLToPath(new URL('results/messages.json', import.meta.url));
const PHONES = ['5491100000001', '5491100000002', '5491100000003', '5491100000004'];
/** The last version that did not know an id before it sent, and committed each message by itself. */
const BEFORE = '0f7c3d0';

const USAGE = `messages [--before COMMIT|none] [--rounds N] [--texts N] [--bursts N] [--inbound N] [--rate N] [--output FILE]
  --before COMMIT  the version to compare with (${BEFORE}); "none" measures this one alone
  --rounds N       rounds of each side (3)
  --texts N        texts handed in at once, to two sessions (200)
  --bursts N       such bursts in a round while both sessions send, after one at rest (3)
  --inbound N      messages to four sessions (3000)
  --rate N         of them by the second (500)`;

interface Round {
  version: string;
  page: PageDate;
  /** Of the disk, just before; milliseconds. */
  fsyncMs: number;
  texts: TextFigures;
  inbound: InboundFigures;
}

const { values } = parseArgs({
  options: {
    before: { type: 'string', default: BEFORE },
    rounds: { type: 'string', default: '3' },
    texts: { type: 'string', default: '200' },
    bursts: { type: 'string', default: '3' },
    inbound: { type: 'string', default: '3000' },
    rate: { type: 'string', default: '500' },
    output: { type: 'string', default: OUTPUT },
  },
});
const [rounds, texts, bursts, inbound, rate] = [
  values.rounds,
  values.texts,
  values.bursts,
  values.inbound,
  values.rate,
].map(Number);
if (!rounds || !texts || !bursts || !inbound || !rate) {
  console.error(USAGE);
  process.exit(2);
}

async function measure(version: string, checkout: Checkout, page: PageDate, round: number): Promise<Round> {
  const world = await startStandin({ page: { date: page } });
  try {
    await using service = await BenchService.start(checkout.root, world);
    for (const [i, phone] of PHONES.entries()) await service.link(world, `s${i + 1}`, phone);
    await greet(world, PHONES.slice(0, 2));
    return {
      version,
      page,
      fsyncMs: await fsyncMs(),
      texts: await measureTexts(service, { count: Number(texts), bursts: Number(bursts), round }),
      inbound: await measureInbound(service, world, PHONES, {
        count: Number(inbound),
        perSecond: Number(rate),
        round,
      }),
    };
  } finally {
    await world.close();
  }
}

function line({ version, page, fsyncMs: disk, texts: out, inbound: into }: Round): string {
  const fixed = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  return [
    `${version} on the page of ${page} (fsync ${disk.toFixed(1)} ms):`,
    `texts/s accepted at rest ${fixed(out.atRestPerSecond)}, while sending ${out.whileSendingPerSecond.map(fixed).join(' ')};`,
    `${fixed(out.sentPerSecond)}/s sent, ${fixed(out.serviceMs)} ms each, ${out.missing} missing;`,
    `in: ${fixed(into.offeredPerSecond)}/s offered, ${fixed(into.toldPerSecond)}/s told,`,
    `${fixed(into.serviceMs)} ms each (${fixed(into.treeMs)} with browsers), ${into.gaps} gaps, ${into.twice} twice`,
  ].join(' ');
}

const results: Round[] = [];
const after = thisVersion();
const before = values.before === 'none' ? null : await versionOf(values.before);
try {
  for (let round = 1; round <= rounds; round += 1) {
    if (before !== null) results.push(await measure('before', before, 'april', round));
    for (const page of ['april', 'september'] as const) results.push(await measure('now', after, page, round));
    for (const result of results.slice(before === null ? -2 : -3)) console.log(line(result));
  }
} finally {
  await before?.[Symbol.asyncDispose]();
}
for (const page of ['april', 'september'] as const) {
  const of = (version: string, at: PageDate, pick: (one: Round) => number | number[]): number =>
    median(
      results
        .filter((one) => one.version === version && one.page === at)
        .flatMap(pick)
        .toSorted((a, b) => a - b),
    );
  if (before === null) continue;
  const ratio = (pick: (one: Round) => number | number[]): string =>
    (of('now', page, pick) / of('before', 'april', pick)).toFixed(2);
  console.log(
    `now on ${page} against before on april, medians: accepted while sending ${ratio((one) => one.texts.whileSendingPerSecond)}x, at rest ${ratio((one) => one.texts.atRestPerSecond)}x, sent ${ratio((one) => one.texts.sentPerSecond)}x, told ${ratio((one) => one.inbound.toldPerSecond)}x, processor time of a message in ${ratio((one) => one.inbound.serviceMs)}x`,
  );
}
mkdirSync(dirname(values.output), { recursive: true });
writeFileSync(
  values.output,
  `${JSON.stringify({ benchmark: 'messages', at: new Date(), values, results }, null, 2)}\n`,
);
console.log(values.output);
