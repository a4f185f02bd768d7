import type { PageState } from '@leadmaster/protocol';
import { drawing } from './drawings.ts';
import { html } from './html.ts';
import { button, moment, named, note, page, type Reading, wordsOf } from './shell.ts';

/** What is told of a link on its page. */
export interface Told {
  reading: Reading;
  /** Who asks, as people call them; null where that is not known. */
  who: string | null;
  expiresAt: Date;
}

/** What is shown first: what this is, and the button. Nothing of it links anything. */
export function landingPage({ reading, who, expiresAt }: Told): string {
  const words = wordsOf(reading);
  const asks = who === null ? words.asksUnnamed : words.asks(who);
  const points = [who === null ? words.meansUnnamed : words.means(who), words.stays, words.canEnd];
  return page({
    reading,
    title: asks,
    body: html`<div class="hero">${drawing('both')}</div>
    <h1>${asks}</h1>
    <ul>${points.map((line) => html`<li>${named(line)}</li>`)}</ul>
    ${button(reading, words.begin)}
    <p class="small">${words.until} ${moment(expiresAt)}.</p>
    <p class="small">${words.notYou}</p>`,
    drawings: ['both'],
    hasScript: true,
  });
}

/** What else is told in place of a page. */
export type Notice = Extract<PageState, 'linked' | 'expired' | 'revoked'> | 'unknown' | 'refused' | 'notNow' | 'failed';

/** `again`: it can be tried again. */
export function noticePage(reading: Reading, notice: Notice, again = false): string {
  const words = wordsOf(reading);
  const sign = notice === 'linked' ? 'good' : notice === 'expired' || notice === 'revoked' ? 'over' : 'bad';
  return page({
    reading,
    body: html`${drawing(sign)}${note(words[notice])}${again ? button(reading, words.again) : null}`,
    drawings: [sign],
    hasScript: false,
  });
}
