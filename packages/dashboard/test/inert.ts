import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Runs in the page. */
const LOOK = readFileSync(join(import.meta.dirname, 'inert-page.js'), 'utf8');
const PRESS = readFileSync(join(import.meta.dirname, 'press-all.js'), 'utf8');

/** Around each text that the test plays, so that it is known where it begins and ends. No text of ours has them. */
export const BEGIN = '⟦';
export const END = '⟧';

/** Texts that become something else where they are not kept as text. All that run set `ran`. */
export const EVIL: readonly string[] = [
  '<script>window.ran=1</script>',
  '<img src=x onerror="window.ran=1">',
  '"><svg/onload=window.ran=1>',
  "' onmouseover='window.ran=1' autofocus onfocus='window.ran=1",
  '</title></textarea></style></pre><iframe srcdoc="<script>top.ran=1</script>">',
  '<a href="javascript:window.ran=1">x</a>',
  'javascript:window.ran=1',
  '//evil.example.org/x',
  '<form action=//evil.example.org><button>x',
  '<base href=//evil.example.org><link rel=stylesheet href=//evil.example.org/x.css>',
  `{{constructor.constructor("window.ran=1")()}}\${window.ran=1}`,
  '&lt;img src=x onerror=window.ran=1&gt;',
  '\u202egnp.exe \u2066\u2067\u2068 \u202d',
  '\u2069\u202c\u2069 end of no isolate',
  '__proto__',
  'constructor',
  'one\u200b \u2060word\ufeff \u00ad\u{e0041} \u3164',
  'color:red;position:fixed;inset:0;background:url(//evil.example.org/x)',
];

/** As long as WhatsApp lets a text be, and no place in it for a line to break. */
const LONG = 'W'.repeat(10_000);

/** One text with all of them in it. */
export const ALL_EVIL = marked([...EVIL, LONG].join(' '));

export function marked(text: string): string {
  return `${BEGIN}${text}${END}`;
}

/**
 * What a page has made of texts that are not its own; empty where they are text and nothing else. Bidirectional controls turn around what
 * stands with them in one element that isolates: nothing of ours may.
 */
export function faultsIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`${LOOK}; faultsIn(${JSON.stringify([BEGIN, END])})`);
}

/** What the page gets for an order: for those that match, in the form "POST /v1/keys", the status and the body. */
export type Answers = readonly (readonly [pattern: string, status: number, body: object])[];

export interface Pressing {
  /** What every other order is refused with. */
  problem: object;
  answers: Answers;
  /** What is typed where something must be. */
  word: string;
}

/** What a view has made of such texts after each of its buttons was pressed, and which dialogs opened. */
export function pressAll(page: Page, pressing: Pressing): Promise<{ faults: string[]; opened: string[] }> {
  const given = JSON.stringify({ ...pressing, look: [BEGIN, END] });
  return page.evaluate(`${LOOK}; ${PRESS}; pressAll(${given})`);
}
