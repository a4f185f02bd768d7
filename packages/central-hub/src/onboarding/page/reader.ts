import type { OnboardingLanguage } from '@leadmaster/protocol';

/** Which phone the page is read on; null where it is no phone, or not known. */
export type ReaderPhone = 'android' | 'iphone' | null;

/** The language of a page: what its reader chose, else the link's own, else the one that the browser likes best, else English. */
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

/** The phone by what a browser says of itself. A tablet is none: WhatsApp is rarely on it. */
export function phoneOf(userAgent: string | undefined): ReaderPhone {
  if (userAgent === undefined) return null;
  if (/\biPhone\b|\biPod\b/.test(userAgent)) return 'iphone';
  return /\bAndroid\b.*\bMobile\b/.test(userAgent) ? 'android' : null;
}
