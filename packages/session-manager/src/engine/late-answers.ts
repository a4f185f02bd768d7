import type { Browser } from 'puppeteer-core';

/**
 * Launched with `pipe: true`, puppeteer stops listening for the pipe's errors when it closes the browser; an answer that
 * it still owes the page, as after a CONFLICT, would then end the whole service with an uncaught EPIPE.
 */
export function outliveLateAnswers(browser: Browser): void {
  browser.process()?.stdio[3]?.on('error', () => undefined);
}
