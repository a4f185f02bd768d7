import type { HTTPResponse } from 'puppeteer-core';

const HOST = 'web.whatsapp.com';
/** The header counts whole seconds: on average it is half a second behind. */
const HALF_A_SECOND_MS = 500;

/** WhatsApp's time, by the `Date` of what its server answers; this machine's until there was such an answer. */
export class WhatsAppClock {
  #offsetMs = 0;

  /** Hears an answer. What a service worker, a cache or our own interception gave says nothing of the time. */
  hear(response: HTTPResponse): void {
    if (response.fromServiceWorker() || response.fromCache()) return;
    const date = Date.parse(response.headers().date ?? '');
    if (Number.isNaN(date) || new URL(response.url()).hostname !== HOST) return;
    this.#offsetMs = date + HALF_A_SECOND_MS - Date.now();
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }
}
