import { LeadMasterError } from '@leadmaster/protocol';

interface Range {
  type: string;
  subtype: string;
  q: number;
}

function parseAccept(header: string): Range[] {
  return header.split(',').flatMap((part) => {
    const [media = '', ...params] = part.split(';').map((p) => p.trim());
    const [type = '', subtype = ''] = media.toLowerCase().split('/');
    if (type === '' || subtype === '') return [];
    const weight = params.find((p) => /^q=/i.test(p))?.slice(2);
    const q = weight === undefined ? 1 : /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0;
    return [{ type, subtype, q }];
  });
}

/**
 * The offered media type that an `Accept` header likes best; null when it takes none. The most specific range decides
 * about a type, the order of the offer decides between equals. No header takes everything.
 */
export function preferredType<T extends string>(accept: string | undefined, offered: readonly T[]): T | null {
  if (accept === undefined || accept.trim() === '') return offered[0] ?? null;
  const ranges = parseAccept(accept);
  const weightOf = (media: string): number => {
    const [type, subtype] = media.split('/');
    const fit = (test: (range: Range) => boolean): number | undefined => ranges.find(test)?.q;
    return (
      fit((r) => r.type === type && r.subtype === subtype) ??
      fit((r) => r.type === type && r.subtype === '*') ??
      fit((r) => r.type === '*' && r.subtype === '*') ??
      0
    );
  };
  const best = offered
    .map((media) => ({ media, q: weightOf(media) }))
    .reduce<{ media: T; q: number } | null>((a, b) => (a !== null && a.q >= b.q ? a : b), null);
  return best !== null && best.q > 0 ? best.media : null;
}

/** The same, or the refusal 406. */
export function requireType<T extends string>(accept: string | undefined, offered: readonly T[]): T {
  const type = preferredType(accept, offered);
  if (type !== null) return type;
  throw new LeadMasterError(
    'not_acceptable',
    'None of the forms in the Accept header is offered here.',
    `Ask for one of: ${offered.join(', ')}.`,
  );
}
