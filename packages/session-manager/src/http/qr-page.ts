import type { CompatStatus } from '@leadmaster/protocol';

/** The page asks again by itself: it runs no script, so that what may open the page is all that it needs. */
const AGAIN_S = 3;

const WORDS = {
  en: {
    title: 'Link WhatsApp',
    scan: 'On the phone: WhatsApp, Linked devices, Link a device. Then scan this.',
    status: {
      INIT: 'The session starts.',
      QR_REQUIRED: 'The next QR comes in a moment.',
      AUTHENTICATED: 'The phone has accepted. The session gets ready.',
      READY: 'The session is linked and ready.',
      DISCONNECTED: 'The session is stopped. POST /connect starts it.',
      ERROR: 'The session needs the operator.',
    },
  },
  es: {
    title: 'Vincular WhatsApp',
    scan: 'En el teléfono: WhatsApp, Dispositivos vinculados, Vincular un dispositivo. Después escanee esto.',
    status: {
      INIT: 'La sesión está iniciando.',
      QR_REQUIRED: 'El próximo QR llega en un momento.',
      AUTHENTICATED: 'El teléfono ha aceptado. La sesión se prepara.',
      READY: 'La sesión está vinculada y lista.',
      DISCONNECTED: 'La sesión está detenida. POST /connect la inicia.',
      ERROR: 'La sesión necesita al operador.',
    },
  },
} as const satisfies Record<string, { title: string; scan: string; status: Record<CompatStatus, string> }>;

const STYLE =
  'body{font:1.1rem system-ui,sans-serif;text-align:center;margin:2rem;color-scheme:light dark}' +
  'img{max-width:100%;background:#fff;padding:1rem}';

/**
 * `GET /qr.html`: the QR of a session, or how it is. It names no session, so that it reads the same through a hub.
 * `languages`: an `Accept-Language`.
 */
export function qrPage({ qr, status }: { qr: string | null; status: CompatStatus }, languages = ''): string {
  const language = /\b(en|es)\b/i.exec(languages)?.[1]?.toLowerCase() === 'es' ? 'es' : 'en';
  const words = WORDS[language];
  const shown = qr === null ? `<p>${words.status[status]}</p>` : `<img src="${qr}" alt="QR"><p>${words.scan}</p>`;
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta http-equiv="refresh" content="${AGAIN_S}">` +
    `<meta name="viewport" content="width=device-width"><title>${words.title}</title><style>${STYLE}</style></head>` +
    `<body><h1>${words.title}</h1>${shown}</body></html>`
  );
}
