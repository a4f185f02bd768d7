/** The name of no kept page: the page that WhatsApp serves. */
export const LIVE_VERSION = 'live';
