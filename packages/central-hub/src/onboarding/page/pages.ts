import type { OnboardingLanguage, PageState } from '@leadmaster/protocol';
import { type Html, html } from './html.ts';
import { PAGE_WORDS, type PageWords } from './words.ts';

/** Where the script and the stylesheet of the pages are served. */
export const ASSETS = '/link-assets';

/** What is told of a link on its page. */
export interface Told {
  language: OnboardingLanguage;
  /** The path of the link. */
  path: string;
  /** The tenant, as people call it; null for the operator. */
  who: string | null;
  expiresAt: Date;
}

/** What is shown first: what this is, and the button. Nothing of it links anything. */
export function landingPage({ language, path, who, expiresAt }: Told): string {
  const words = PAGE_WORDS[language];
  return page(
    language,
    html`<h1>${words.title}</h1>
    <p class="lead">${who === null ? words.asksNobody : words.asks(who)}</p>
    <ul>${words.before.map((line) => html`<li>${named(line)}</li>`)}</ul>
    ${button(path, words.begin)}
    <p class="small">${words.until} ${moment(expiresAt)}.</p>
    <p class="small">${words.notYou}</p>`,
    true,
  );
}

/** What the browser sees that has taken the link. The script shows the one part that is on now. */
export function livePage({ language, path, expiresAt }: Told): string {
  const words = PAGE_WORDS[language];
  const parts: readonly Html[] = [
    part('waiting', note(words.waiting, html`<div class="spinner"></div>${slow(words, path)}`)),
    part('linking', note(words.linking, html`<div class="spinner"></div>${slow(words, path)}`)),
    part('qr', qrPart(words)),
    part('code', codePart(words)),
    part('qr code', codeForm(words)),
    part('linked', html`<p class="sign good" aria-hidden="true">✓</p>${note(words.linked)}`),
    part('passkey', html`${note(words.passkey)}${button(path, words.again)}`),
    part('wrong_account', html`<p class="sign bad" aria-hidden="true">!</p>${note(words.wrong)}`),
    part('elsewhere', html`${note(words.elsewhere)}${button(path, words.elsewhere.button)}`),
    part('expired', note(words.expired)),
    part('revoked', note(words.revoked)),
    part('unknown', note(words.unknown)),
    part('failed', html`${note(words.notNow)}${button(path, words.again)}`),
  ];
  return page(
    language,
    html`<noscript><p class="warning">${words.noScript}</p></noscript>
    <p class="warning" id="offline" role="status" hidden>${words.offline}</p>
    <div id="live" aria-live="polite">${parts}</div>
    <p class="small" data-part="waiting linking qr code">${words.until} ${moment(expiresAt)}.</p>`,
    true,
  );
}

/** What else is told in place of a page. */
export type Notice = Extract<PageState, 'linked' | 'expired' | 'revoked'> | 'unknown' | 'refused' | 'notNow' | 'failed';

/** `path`: where it can be tried again. */
export function noticePage(language: OnboardingLanguage, notice: Notice, path: string | null = null): string {
  const words = PAGE_WORDS[language];
  return page(language, html`${note(words[notice])}${path === null ? null : button(path, words.again)}`, false);
}

function page(language: OnboardingLanguage, body: Html, hasScript: boolean): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
<title>${PAGE_WORDS[language].title}</title>
<link rel="stylesheet" href="${ASSETS}/link.css">
<link rel="icon" href="data:,">
${hasScript ? html`<script src="${ASSETS}/link.js" defer></script>` : null}
</head>
<body>
<main>${body}</main>
</body>
</html>
`.text;
}

function part(states: string, body: Html): Html {
  return html`<section data-part="${states}"${states === 'waiting' ? null : html` hidden`}>${body}</section>`;
}

function note({ title, text }: { title: string; text: string }, more: Html | null = null): Html {
  return html`<h1>${title}</h1><p>${text}</p>${more}`;
}

function button(path: string, label: string): Html {
  return html`<form method="post" action="${path}"><button type="submit">${label}</button></form>`;
}

function slow(words: PageWords, path: string): Html {
  return html`<div class="slow" hidden><p>${words.slow}</p>${button(path, words.again)}</div>`;
}

function qrPart({ qr, menu, sameScreen }: PageWords): Html {
  return html`<h1>${qr.title}</h1>
  <p class="same"><a href="#phone">${sameScreen}</a></p>
  <p class="qr"><img id="qr" alt="${qr.alt}" width="320" height="320"></p>
  ${steps(qr.steps, menu)}
  <p class="small">${qr.fresh}</p>`;
}

function codePart({ code, menu }: PageWords): Html {
  return html`<h1>${code.title}</h1>
  <p class="code" id="code"></p>
  ${steps(code.steps, menu)}
  <p class="small">${code.until} <time id="code-until"></time>. ${code.back}</p>`;
}

/** An empty step is the one that both ways share. */
function steps(texts: readonly string[], menu: string): Html {
  return html`<ol>${texts.map((text) => html`<li>${named(text === '' ? menu : text)}</li>`)}</ol>`;
}

function codeForm({ form, errors }: PageWords): Html {
  return html`<form id="code-form" novalidate data-number="${errors.number}" data-not-this="${errors.notThis}"
    data-often="${errors.often}" data-wait="${errors.wait}" data-other="${errors.other}" data-asking="${form.asking}">
  <h2 data-part="qr">${form.title}</h2>
  <p data-part="qr">${form.text}</p>
  <h2 data-part="code">${form.another}</h2>
  <label for="phone">${form.label}</label>
  <input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" placeholder="${form.example}" maxlength="40">
  <p class="problem" id="code-problem" role="alert" hidden></p>
  <button type="submit">${form.button}</button>
  </form>`;
}

/** What WhatsApp calls something stands out. */
function named(text: string): readonly Html[] {
  return text.split(/[[\]]/).map((part, at) => (at % 2 === 0 ? html`${part}` : html`<b>${part}</b>`));
}

/** In the time of the reader, once the script has run. */
function moment(at: Date): Html {
  const iso = at.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
