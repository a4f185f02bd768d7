/**
 * A session goes to and fro between two machines behind a hub under messages, while hub and machines are killed (kill -9) and their
 * lines cut at random moments: one machine owns it, the hub says which, and no message is lost or doubled.
 *
 *     npm run prove -- hub-moves [--moves 10] [--browsers] [--in namespaces|folders] [--seed N] [--json]
 *
 * Browsers are played, and texts go out through the hub; with `--browsers` they are real before the stand-in of WhatsApp, each
 * machine in a network namespace of its own where root can make them, and messages come in, too.
 */
import { freshSeed, readOptions, say } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { choosePlace } from '../../session-manager/prove/transfer/place.ts';
import { BrowserStage } from './moves/browser-stage.ts';
import { proveMoves } from './moves/moves-proof.ts';
import { PlayedStage } from './moves/played-stage.ts';
import { counted } from './world/counted.ts';

const options = readOptions({ moves: 10, browsers: false, in: 'either', seed: freshSeed() });
const { moves, browsers, seed, json } = options;
await using stage = browsers
  ? await BrowserStage.open({ seed, place: choosePlace(options.in) })
  : await PlayedStage.open();
say(`seed ${seed}, ${stage.words}`);
const report = await proveMoves({ stage, moves, seed, onProgress: say });
tellVerdict(json, {
  report,
  lines: [
    `seed ${seed}: ${moves} moves ${report.stage} (${counted(report.faults)})`,
    `they ended: ${counted(report.ends)}; ${counted(report.messages)}`,
  ],
  failures: report.failures,
});
