/**
 * Records the pages that the stand-in plays, in a real browser, and compares them with what `leadmaster record --check`
 * takes for them.
 *
 *     npm run prove -- standin-recording [--write] [--json]
 *
 * `--write` makes that file again: after a change of the stand-in's page, of the recorder, or of what LeadMaster wraps in
 * the page. Without it, ends with 1 where the file is not what the stand-in plays.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readOptions, say } from '../../session-manager/prove/command/options.ts';
import { tellVerdict } from '../../session-manager/prove/command/verdict.ts';
import { recordStandin } from '../../session-manager/prove/standin-recording/record-standin.ts';
import { PAGE_DATES, STANDIN_FILE } from '../src/record/standin-pages.ts';

const { write, json } = readOptions({ write: false });
const pages: Record<string, unknown> = {};
for (const date of PAGE_DATES) {
  say(`recording the page of ${date}`);
  pages[date] = await recordStandin(date);
}
const text = `${JSON.stringify(pages, null, 1)}\n`;
if (write) await writeFile(STANDIN_FILE, text);
const isSame = (await readFile(STANDIN_FILE, 'utf8')) === text;
tellVerdict(json, {
  report: { isSame, written: write },
  lines: [write ? `written: ${STANDIN_FILE}` : `compared with ${STANDIN_FILE}`],
  failures: isSame ? [] : ['the file is not what the stand-in plays: make it again with --write'],
});
