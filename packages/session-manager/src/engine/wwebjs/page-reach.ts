import type { Unreachable } from '@leadmaster/protocol';
import type { ConsoleMessage, HTTPRequest, HTTPResponse, Page } from 'puppeteer-core';
import { unreachableByStatus, unreachableFrom } from '../unreachable.ts';

/** Who hears what keeps a page from WhatsApp. */
export interface ReachListener {
  /** A request of the page, or its socket, did not get through. The page may keep trying. */
  unreachable(found: Unreachable): void;
  /** Something else than the page was answered: no retry of the page's own follows. */
  refused(found: Unreachable): void;
}

/**
 * Hears from the browser why WhatsApp Web is not reached: by the document itself, and by its socket, which is all that
 * fails where a service worker has the page. The fate of a socket is shown only on the console.
 */
export function watchReach(page: Page, listener: ReachListener): void {
  const isDocument = (request: HTTPRequest): boolean =>
    request.isNavigationRequest() && request.frame() === page.mainFrame();
  page.on('requestfailed', (request) => {
    const found = unreachableFrom(request.failure()?.errorText ?? '');
    if (found !== null && isDocument(request)) listener.unreachable(found);
  });
  page.on('response', (response: HTTPResponse) => {
    const found = unreachableByStatus(response.status());
    if (found !== null && isDocument(response.request())) listener.refused(found);
  });
  page.on('console', (message) => {
    const found = socketFailure(message);
    if (found !== null) listener.unreachable(found);
  });
}

/** The browser's own entries have no arguments; those of the page's scripts hold on to what they name until it is let go. */
function socketFailure(message: ConsoleMessage): Unreachable | null {
  const given = message.args();
  for (const value of given) value.dispose().catch(() => undefined);
  const isOurs =
    given.length === 0 && message.type() === 'error' && /^WebSocket connection to 'wss:/.test(message.text());
  return isOurs ? whyFailed(message.text()) : null;
}

function whyFailed(text: string): Unreachable | null {
  const status = /Unexpected response code: (\d{3})/.exec(text)?.[1];
  return status === undefined ? unreachableFrom(text) : unreachableByStatus(Number(status));
}
