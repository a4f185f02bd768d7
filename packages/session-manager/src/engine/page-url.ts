/** Where WhatsApp serves its page. */
export const PAGE_URL = 'https://web.whatsapp.com/';
