import type { OnboardingLanguage } from '@leadmaster/protocol';
import { en } from './words-en.ts';
import { es } from './words-es.ts';

/** A heading, and what to know or do. */
export interface Note {
  title: string;
  text: string;
}

/** What the page says. What stands in brackets is what WhatsApp calls it. */
export interface PageWords {
  /** What the language calls itself. */
  ownName: string;
  title: string;
  /** Who asks for it. */
  asks: (who: string) => string;
  asksUnnamed: string;
  /** What they can do afterwards. */
  means: (who: string) => string;
  meansUnnamed: string;
  stays: string;
  canEnd: string;
  begin: string;
  until: string;
  notYou: string;
  waiting: Note;
  linking: Note;
  slow: string;
  again: string;
  /** Steps in WhatsApp; `menu` differs by the kind of phone. */
  steps: {
    open: string;
    openOrNotice: string;
    android: string;
    iphone: string;
    linkDevice: string;
    scan: string;
    withNumber: string;
    type: string;
  };
  qr: { title: string; alt: string; fresh: string; seconds: string; useCode: string };
  number: {
    title: string;
    text: string;
    /** The same on a phone, which may be the one to link. */
    here: string;
    label: string;
    example: string;
    button: string;
    asking: string;
    useQr: string;
    backToCode: string;
  };
  code: {
    title: string;
    copy: string;
    copied: string;
    /** Before the number that it was made for. */
    of: string;
    notYours: string;
    /** On the phone that may be the one to link: WhatsApp hides the page. */
    keep: string;
    left: string;
    back: string;
    another: string;
    /** Told where another one is asked for. */
    over: string;
  };
  linked: Note;
  /** How to end it one day. */
  unlink: { title: string; remove: string };
  passkey: Note;
  wrong: Note;
  elsewhere: Note & { button: string };
  expired: Note;
  revoked: Note;
  unknown: Note;
  refused: Note;
  notNow: Note;
  failed: Note;
  offline: string;
  noScript: string;
  errors: { number: string; notThis: string; often: string; wait: string; other: string };
}

export const PAGE_WORDS: Readonly<Record<OnboardingLanguage, PageWords>> = { en, es };
