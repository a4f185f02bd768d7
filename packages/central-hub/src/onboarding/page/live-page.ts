import { type Drawing, drawing } from './drawings.ts';
import { type Html, html } from './html.ts';
import type { Told } from './pages.ts';
import type { ReaderPhone } from './reader.ts';
import { button, moment, named, note, page, type Reading, wordsOf } from './shell.ts';
import type { PageWords } from './words.ts';

const DRAWINGS: readonly Drawing[] = [
  ...(['open', 'android', 'iphone', 'link', 'scan', 'number', 'type', 'remove'] as const),
  ...(['good', 'bad', 'over'] as const),
];

/**
 * What the browser sees that has taken the link: all its parts, of which the script shows the one that is on now. On a phone the
 * code comes first: the square cannot be scanned with the phone that shows it.
 */
export function livePage({ reading, expiresAt }: Told, phone: ReaderPhone): string {
  const words = wordsOf(reading);
  const parts: readonly Html[] = [
    part('waiting', html`${note(words.waiting)}${spinner(words, reading)}`),
    part('linking', html`${note(words.linking)}${spinner(words, reading)}`),
    part('qr', qrPart(words)),
    part('number again', numberPart(words, phone)),
    part('code', codePart(words, phone)),
    part('linked', html`${drawing('good')}${note(words.linked)}${unlink(words, phone)}`),
    part('passkey', html`${drawing('bad')}${note(words.passkey)}${button(reading, words.again)}`),
    part('wrong_account', html`${drawing('bad')}${note(words.wrong)}`),
    part('elsewhere', html`${drawing('bad')}${note(words.elsewhere)}${button(reading, words.elsewhere.button)}`),
    part('expired', html`${drawing('over')}${note(words.expired)}`),
    part('revoked', html`${drawing('over')}${note(words.revoked)}`),
    part('unknown', html`${drawing('bad')}${note(words.unknown)}`),
    part('failed', html`${drawing('bad')}${note(words.notNow)}${button(reading, words.again)}`),
  ];
  return page({
    reading,
    body: html`<p class="warning" id="offline" role="status" hidden>${words.offline}</p>
    <p class="unseen" id="said" role="status"></p>
    <div id="live" data-way="${phone === null ? 'qr' : 'code'}">${parts}
    <p class="small" data-part="waiting linking qr number again code">${words.until} ${moment(expiresAt)}.</p></div>`,
    drawings: DRAWINGS,
    hasScript: true,
  });
}

/** A part, with the names of the states in which it is shown. */
function part(states: string, body: Html): Html {
  return html`<section data-part="${states}"${states === 'waiting' ? null : html` hidden`}>${body}</section>`;
}

/** Something moves, and after a while there is a way on. */
function spinner(words: PageWords, reading: Reading): Html {
  return html`<div class="spinner"></div><div class="slow"><p>${words.slow}</p>${button(reading, words.again)}</div>`;
}

function qrPart({ qr, steps }: PageWords): Html {
  return html`<h1 tabindex="-1">${qr.title}</h1>
  <p class="qr"><img id="qr" alt="${qr.alt}" width="320" height="320"></p>
  <p class="small middle">${qr.fresh} <span id="qr-left"></span> ${qr.seconds}.</p>
  ${list([['open', steps.open], ...menu(steps, null), ['link', steps.linkDevice], ['scan', steps.scan]])}
  <button type="button" class="second" data-go="code">${qr.useCode}</button>`;
}

function numberPart({ number, code, errors }: PageWords, phone: ReaderPhone): Html {
  return html`<p class="warning" id="code-over" hidden>${code.over}</p>
  <h1 tabindex="-1">${number.title}</h1>
  <p>${phone === null ? number.text : number.here}</p>
  <form id="code-form" novalidate data-number="${errors.number}" data-not-this="${errors.notThis}"
    data-often="${errors.often}" data-wait="${errors.wait}" data-other="${errors.other}" data-asking="${number.asking}">
  <label for="phone">${number.label}</label>
  <input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" value="+" maxlength="40" aria-describedby="example code-problem">
  <p class="small" id="example">${number.example}</p>
  <p class="problem" id="code-problem" role="alert" hidden></p>
  <button type="submit">${number.button}</button>
  </form>
  <button type="button" class="second" data-part="number" data-go="qr">${number.useQr}</button>
  <button type="button" class="second" data-part="again" data-go="code">${number.backToCode}</button>`;
}

function codePart({ code, steps }: PageWords, phone: ReaderPhone): Html {
  return html`<h1 tabindex="-1">${code.title}</h1>
  <p class="code" id="code"></p>
  <p class="middle" id="code-for" hidden>${code.of} <b id="code-phone"></b>. ${code.notYours}</p>
  ${phone === null ? null : html`<p class="middle">${code.keep}</p>`}
  <button type="button" class="second" id="copy" data-copied="${code.copied}" hidden>${code.copy}</button>
  <p class="small middle">${code.left} <span id="code-left"></span>. ${code.back}</p>
  ${list([
    ['open', steps.openOrNotice],
    ...menu(steps, phone),
    ['link', steps.linkDevice],
    ['number', steps.withNumber],
    ['type', steps.type],
  ])}
  <button type="button" class="second" data-go="again">${code.another}</button>`;
}

function unlink({ unlink: words, steps }: PageWords, phone: ReaderPhone): Html {
  return html`<h2>${words.title}</h2>${list([...menu(steps, phone), ['remove', words.remove]])}`;
}

/** A drawing and its text; one that is another way to do the step before has no number of its own. */
type Step = readonly [Drawing, string];

/** The way to the linked devices on the phone at hand; where that is not known, on either. */
function menu({ android, iphone }: PageWords['steps'], phone: ReaderPhone): readonly Step[] {
  const ways: readonly Step[] = [
    ['android', android],
    ['iphone', iphone],
  ];
  return ways.filter(([kind]) => phone === null || kind === phone);
}

function list(steps: readonly Step[]): Html {
  const isOther = (at: number): boolean => steps[at]?.[0] === 'iphone' && steps[at - 1]?.[0] === 'android';
  const items = steps.map(
    ([art, text], at) =>
      html`<li${isOther(at) ? html` class="or"` : null}>${drawing(art)}<span>${named(text)}</span></li>`,
  );
  return html`<ol>${items}</ol>`;
}
