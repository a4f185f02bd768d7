import { LeadMasterError } from '@leadmaster/protocol';
import type { HttpApp } from './app.ts';

export const BODY_LIMIT = 1_048_576;

/** UTF-8 by its names, and the part of it that is ASCII. */
const READ_CHARSETS = ['utf-8', 'utf8', 'us-ascii', 'ascii'];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON bodies, and no others. Bytes that are no UTF-8 are refused rather than replaced: a text must arrive as it
 * was written. An empty body is no body, as clients send it with POSTs that need none.
 */
export function readJsonBodies(app: HttpApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      done(
        new LeadMasterError(
          'unsupported_media_type',
          `Bodies encoded as "${encoding}" are not read here.`,
          'Send the body without Content-Encoding.',
        ),
      );
      return;
    }
    const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
    if (!READ_CHARSETS.includes(charset.toLowerCase())) {
      done(
        new LeadMasterError(
          'unsupported_media_type',
          `Bodies in the charset "${charset}" are not read here.`,
          'Send JSON in UTF-8, as "Content-Type: application/json".',
        ),
      );
      return;
    }
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    const text = decode(body);
    if (text instanceof Error) done(text);
    else void parse(request, text, done);
  });
}

function decode(body: Buffer): string | LeadMasterError {
  try {
    return utf8.decode(body);
  } catch (cause) {
    return new LeadMasterError(
      'invalid_request',
      'The body is not UTF-8.',
      'Send a body that is valid JSON in UTF-8.',
      {
        cause,
      },
    );
  }
}
