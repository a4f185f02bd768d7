import type { OnboardingLanguage } from '@leadmaster/protocol';

/** What the page says. What stands in brackets is what WhatsApp calls it. */
export interface PageWords {
  title: string;
  /** Who asks for it. */
  asks: (who: string) => string;
  asksNobody: string;
  before: readonly string[];
  begin: string;
  until: string;
  notYou: string;
  menu: string;
  waiting: { title: string; text: string };
  linking: { title: string; text: string };
  slow: string;
  again: string;
  qr: { title: string; alt: string; steps: readonly string[]; fresh: string };
  sameScreen: string;
  form: {
    title: string;
    text: string;
    another: string;
    label: string;
    example: string;
    button: string;
    asking: string;
  };
  code: { title: string; steps: readonly string[]; until: string; back: string };
  linked: { title: string; text: string };
  passkey: { title: string; text: string };
  wrong: { title: string; text: string };
  elsewhere: { title: string; text: string; button: string };
  expired: { title: string; text: string };
  revoked: { title: string; text: string };
  unknown: { title: string; text: string };
  refused: { title: string; text: string };
  notNow: { title: string; text: string };
  failed: { title: string; text: string };
  offline: string;
  noScript: string;
  errors: { number: string; notThis: string; often: string; wait: string; other: string };
}

const en: PageWords = {
  title: 'Link your WhatsApp',
  asks: (who) => `${who} asks you to link your WhatsApp.`,
  asksNobody: 'You are asked to link your WhatsApp.',
  before: [
    'Messages to your number can then also be read and answered from there.',
    'WhatsApp stays on your phone as it is.',
    'You can end it at any time: in WhatsApp, under [Linked devices].',
  ],
  begin: 'Link my WhatsApp',
  until: 'This link is valid until',
  notYou: 'Do you not know who sent you this link? Then close this page.',
  menu: 'On Android, open the menu ⋮ and tap [Linked devices]. On an iPhone, open [Settings] and tap [Linked devices].',
  waiting: { title: 'One moment', text: 'We are getting everything ready. This can take a minute.' },
  linking: { title: 'Almost done', text: 'Leave WhatsApp open on your phone until this page says that it is done.' },
  slow: 'This takes longer than usual. Leave the page open, or try again.',
  again: 'Try again',
  qr: {
    title: 'Scan this with your phone',
    alt: 'QR code to scan with WhatsApp',
    steps: ['Open WhatsApp on your phone.', '', 'Tap [Link a device].', 'Point your phone at this square.'],
    fresh: 'The square changes every few seconds. That is normal.',
  },
  sameScreen: 'WhatsApp is on this same phone? Use a code instead',
  form: {
    title: 'Link with a code instead',
    text: 'If WhatsApp is on this same phone, or you cannot scan the square, write your WhatsApp number.',
    another: 'Do you need another code?',
    label: 'Your WhatsApp number, with the country code',
    example: '+54 9 11 2345 6789',
    button: 'Get a code',
    asking: 'Asking WhatsApp for the code…',
  },
  code: {
    title: 'Type this code in WhatsApp',
    steps: [
      'Open WhatsApp on your phone. If it shows a notice about linking a device, tap it and go to the last step.',
      '',
      'Tap [Link a device], then [Link with phone number instead].',
      'Type the code.',
    ],
    until: 'The code is valid until',
    back: 'After that, this page shows the square again.',
  },
  linked: {
    title: 'Done. Your WhatsApp is linked.',
    text: 'You can close this page. To end it one day: in WhatsApp, under Linked devices.',
  },
  passkey: {
    title: 'WhatsApp asks for a passkey',
    text: 'Your account needs one more check, which cannot be done on this page. Tell the person who sent you the link that WhatsApp asks for a passkey. You can also try again tomorrow: WhatsApp does not always ask.',
  },
  wrong: {
    title: 'This number cannot be linked here',
    text: 'Tell the person who sent you the link. In WhatsApp, under Linked devices, you can remove the newest device.',
  },
  elsewhere: {
    title: 'This link is open somewhere else',
    text: 'Another browser or another phone has opened it. If that was you, continue there. You can also continue here.',
    button: 'Continue here',
  },
  expired: {
    title: 'This link has expired',
    text: 'Ask the person who sent it to you for another one.',
  },
  revoked: {
    title: 'This link is no longer valid',
    text: 'Ask the person who sent it to you for another one.',
  },
  unknown: {
    title: 'This link does not exist',
    text: 'Open it exactly as it was sent to you. If you copied it, check that no part is missing.',
  },
  refused: {
    title: 'Open the link again',
    text: 'The request did not come from this page. Open the link again and press the button there.',
  },
  notNow: {
    title: 'It cannot be linked just now',
    text: 'Ask the person who sent you the link.',
  },
  failed: {
    title: 'That did not work',
    text: 'Try again in a moment. If it still does not work, tell the person who sent you the link.',
  },
  offline: 'No connection. We keep trying.',
  noScript: 'This page needs JavaScript. Allow it in your browser, or open the link in another browser.',
  errors: {
    number: 'Write the whole number with the country code, such as +54 9 11 2345 6789.',
    notThis: 'This number cannot be linked here.',
    often: 'Too many codes were asked for. Scan the square, or try again in an hour.',
    wait: 'Wait until the page shows the square, then ask again.',
    other: 'That did not work. Try again in a moment.',
  },
};

const es: PageWords = {
  title: 'Vincular su WhatsApp',
  asks: (who) => `${who} le pide vincular su WhatsApp.`,
  asksNobody: 'Le piden vincular su WhatsApp.',
  before: [
    'Los mensajes a su número también se podrán leer y responder desde allí.',
    'WhatsApp sigue en su teléfono como siempre.',
    'Usted puede terminarlo cuando quiera: en WhatsApp, en [Dispositivos vinculados].',
  ],
  begin: 'Vincular mi WhatsApp',
  until: 'Este enlace vale hasta:',
  notYou: '¿No conoce a quien le envió este enlace? Entonces cierre esta página.',
  menu: 'En Android, abra el menú ⋮ y toque [Dispositivos vinculados]. En un iPhone, abra [Configuración] y toque [Dispositivos vinculados].',
  waiting: { title: 'Un momento', text: 'Estamos preparando todo. Puede tardar un minuto.' },
  linking: {
    title: 'Casi listo',
    text: 'Deje WhatsApp abierto en su teléfono hasta que esta página diga que está listo.',
  },
  slow: 'Está tardando más de lo normal. Deje la página abierta, o pruebe otra vez.',
  again: 'Probar otra vez',
  qr: {
    title: 'Escanee esto con su teléfono',
    alt: 'Código QR para escanear con WhatsApp',
    steps: [
      'Abra WhatsApp en su teléfono.',
      '',
      'Toque [Vincular un dispositivo].',
      'Apunte con el teléfono a este cuadro.',
    ],
    fresh: 'El cuadro cambia cada pocos segundos. Es normal.',
  },
  sameScreen: '¿WhatsApp está en este mismo teléfono? Use un código',
  form: {
    title: 'O vincule con un código',
    text: 'Si WhatsApp está en este mismo teléfono, o no puede escanear el cuadro, escriba su número de WhatsApp.',
    another: '¿Necesita otro código?',
    label: 'Su número de WhatsApp, con el código de país',
    example: '+54 9 11 2345 6789',
    button: 'Pedir un código',
    asking: 'Pidiendo el código a WhatsApp…',
  },
  code: {
    title: 'Escriba este código en WhatsApp',
    steps: [
      'Abra WhatsApp en su teléfono. Si le muestra un aviso para vincular un dispositivo, tóquelo y vaya al último paso.',
      '',
      'Toque [Vincular un dispositivo] y después [Vincular con el número de teléfono].',
      'Escriba el código.',
    ],
    until: 'El código vale hasta:',
    back: 'Después, esta página vuelve a mostrar el cuadro.',
  },
  linked: {
    title: 'Listo. Su WhatsApp está vinculado.',
    text: 'Ya puede cerrar esta página. Para terminarlo algún día: en WhatsApp, en Dispositivos vinculados.',
  },
  passkey: {
    title: 'WhatsApp pide una llave de acceso (passkey)',
    text: 'Su cuenta necesita una comprobación más, que no se puede hacer en esta página. Diga a quien le envió el enlace que WhatsApp pide una llave de acceso. También puede probar mañana: WhatsApp no la pide siempre.',
  },
  wrong: {
    title: 'Este número no se puede vincular aquí',
    text: 'Avise a quien le envió el enlace. En WhatsApp, en Dispositivos vinculados, puede quitar el dispositivo más nuevo.',
  },
  elsewhere: {
    title: 'Este enlace está abierto en otro lugar',
    text: 'Otro navegador u otro teléfono lo abrió. Si fue usted, siga allí. También puede seguir aquí.',
    button: 'Seguir aquí',
  },
  expired: {
    title: 'Este enlace ya venció',
    text: 'Pida otro a quien se lo envió.',
  },
  revoked: {
    title: 'Este enlace ya no vale',
    text: 'Pida otro a quien se lo envió.',
  },
  unknown: {
    title: 'Este enlace no existe',
    text: 'Ábralo tal como se lo enviaron. Si lo copió, mire que no le falte una parte.',
  },
  refused: {
    title: 'Abra el enlace otra vez',
    text: 'El pedido no vino de esta página. Abra el enlace otra vez y pulse allí el botón.',
  },
  notNow: {
    title: 'Ahora no se puede vincular',
    text: 'Pregunte a quien le envió el enlace.',
  },
  failed: {
    title: 'No funcionó',
    text: 'Pruebe otra vez en un momento. Si sigue sin funcionar, avise a quien le envió el enlace.',
  },
  offline: 'No hay conexión. Seguimos probando.',
  noScript: 'Esta página necesita JavaScript. Permítalo en su navegador, o abra el enlace en otro navegador.',
  errors: {
    number: 'Escriba el número entero con el código de país, por ejemplo +54 9 11 2345 6789.',
    notThis: 'Este número no se puede vincular aquí.',
    often: 'Se pidieron demasiados códigos. Escanee el cuadro, o pruebe en una hora.',
    wait: 'Espere a que la página muestre el cuadro, y pida el código otra vez.',
    other: 'No funcionó. Pruebe otra vez en un momento.',
  },
};

export const PAGE_WORDS: Readonly<Record<OnboardingLanguage, PageWords>> = { en, es };

/** The language of a page: the link's own, else the one that the browser likes best, else English. */
export function languageOf(wanted: OnboardingLanguage | null, accept: string | undefined): OnboardingLanguage {
  if (wanted !== null) return wanted;
  const liked = (accept ?? '').split(',').map((part, at) => {
    const [tag = '', ...params] = part.trim().toLowerCase().split(';');
    const weight = Number(/q=([\d.]+)/.exec(params.join(';'))?.[1] ?? '1');
    return { tag, weight, at };
  });
  const [best] = liked
    .filter(({ tag, weight }) => /^(es|en)(-|$)/.test(tag) && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.at - b.at);
  return best?.tag.startsWith('es') === true ? 'es' : 'en';
}
