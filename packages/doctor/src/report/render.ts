import { fill, type Language } from '../words/words.ts';
import type { ReportFacts } from './facts.ts';
import { code, time } from './markdown.ts';
import { contents } from './sections/contents.ts';
import { copies } from './sections/copies.ts';
import { login } from './sections/login.ts';
import { places } from './sections/places.ts';
import { problems, recommendations } from './sections/problems.ts';
import { settings } from './sections/settings.ts';
import { commands, conclusion, permissions, summary } from './sections/summary.ts';
import type { ReportWords } from './words/types.ts';
import { REPORT_WORDS } from './words/words.ts';

/** One chapter: lines of Markdown below a heading of its own. */
type Section = readonly [heading: (w: ReportWords) => string, body: (f: ReportFacts, w: ReportWords) => string[]];

const SECTIONS: readonly Section[] = [
  [(w) => w.summary, summary],
  [(w) => w.places, places],
  [(w) => w.settings, settings],
  [(w) => w.contents, contents],
  [(w) => w.flow, login],
  [(w) => w.copies, copies],
  [(w) => w.permissions, permissions],
  [(w) => w.problems, problems],
  [(w) => w.recommendations, recommendations],
  [(w) => w.commands, commands],
  [(w) => w.conclusion, conclusion],
];

/** The report as Markdown. */
export function renderReport(facts: ReportFacts, language: Language): string {
  const w = REPORT_WORDS[language];
  const { service } = facts;
  const running = service === null ? w.down : fill(w.running, { pid: service.pid, port: service.port ?? '-' });
  const head = [
    `# ${w.title}`,
    '',
    `**${w.date}:** ${time(facts.at)}  `,
    `**${w.machine}:** ${code(facts.host)}, LeadMaster ${facts.version}  `,
    `**${w.service}:** ${running}`,
  ];
  const body = SECTIONS.flatMap(([heading, lines]) => ['', `## ${heading(w)}`, '', ...lines(facts, w)]);
  return `${[...head, ...body].join('\n')}\n`;
}
