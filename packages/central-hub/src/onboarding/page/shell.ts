import type { OnboardingLanguage } from '@leadmaster/protocol';
import { ASSETS, addressOf } from './assets.ts';
import { type Drawing, sheet } from './drawings.ts';
import { type Html, html } from './html.ts';
import { type Note, PAGE_WORDS, type PageWords } from './words.ts';

/** The address of a page, and how it is read. */
export interface Reading {
  /** The path of the link. */
  path: string;
  language: OnboardingLanguage;
  /** Whether the reader chose that language; it then stays in the address. */
  isChosen: boolean;
}

/** A page as it is sent. */
export interface Page {
  reading: Reading;
  /** What a preview shows of it, where that is not what every page is about. */
  title?: string;
  body: Html;
  drawings: readonly Drawing[];
  hasScript: boolean;
}

/** The page around what it tells, with the way to its other language. */
export function page({ reading, title, body, drawings, hasScript }: Page): string {
  const { language } = reading;
  const words = PAGE_WORDS[language];
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
<meta name="color-scheme" content="light dark">
<title>${title ?? words.title}</title>
<link rel="stylesheet" href="${addressOf('link.css')}">
<link rel="icon" href="data:,">
${hasScript ? html`<script src="${addressOf('link.js')}" defer></script>` : null}
${hasScript ? html`<noscript><link rel="stylesheet" href="${ASSETS}/no-script.css"></noscript>` : null}
</head>
<body>
<main>${otherLanguage(reading)}
${hasScript ? html`<noscript><p class="warning">${words.noScript}</p></noscript>` : null}
${body}</main>
${sheet(drawings)}
</body>
</html>
`.text;
}

/** A heading and its text. Focus goes to the heading where what had it is gone. */
export function note({ title, text }: Note): Html {
  return html`<h1 tabindex="-1">${title}</h1><p>${text}</p>`;
}

export function button(reading: Reading, label: string): Html {
  return html`<form method="post" action="${hereOf(reading)}"><button type="submit">${label}</button></form>`;
}

/** What WhatsApp calls something stands out. */
export function named(text: string): readonly Html[] {
  return text.split(/[[\]]/).map((part, at) => (at % 2 === 0 ? html`${part}` : html`<b>${part}</b>`));
}

/** In the time of the reader, once the script has run. */
export function moment(at: Date): Html {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export function wordsOf({ language }: Reading): PageWords {
  return PAGE_WORDS[language];
}

/** The address is the one at hand: nothing of what was asked stands in a page. */
function otherLanguage({ language }: Reading): Html {
  const other = language === 'es' ? 'en' : 'es';
  return html`<p class="lang"><a id="lang" href="?language=${other}" lang="${other}" hreflang="${other}">${PAGE_WORDS[other].ownName}</a></p>`;
}

function hereOf({ path, language, isChosen }: Reading): string {
  return isChosen ? `${path}?language=${language}` : path;
}
