import { z } from 'zod';
import { phoneNumber } from './phones.ts';
import { seenAs } from './tenants/seen.ts';

const time = z.iso.datetime();

/** The part of an onboarding link that may be shown. */
export const onboardingId = z.string().regex(/^[a-z0-9]{12}$/, 'the id of a link: 12 lower-case letters and digits');

/** What stands in the address of an onboarding link. Checked where it is looked up, so that any text is told as unknown. */
export const onboardingToken = z.string().max(8192);

export const ONBOARDING_LANGUAGES = ['es', 'en'] as const;
export type OnboardingLanguage = (typeof ONBOARDING_LANGUAGES)[number];

/** How a link stands: it may still be used, an account was linked by it, its time is over, or it was revoked. */
export const ONBOARDING_STATES = ['waiting', 'linked', 'expired', 'revoked'] as const;
export type OnboardingState = (typeof ONBOARDING_STATES)[number];

const MINUTES_OF_A_WEEK = 7 * 24 * 60;

export const createLink = z.strictObject({
  expiresInMinutes: z.number().int().min(1).max(MINUTES_OF_A_WEEK).default(30),
  expectedPhone: phoneNumber.nullable().default(null).describe('The number that is to be linked, where it is known'),
  language: z.enum(ONBOARDING_LANGUAGES).nullable().default(null).describe('Of its page; null: as the browser asks'),
});

/** An onboarding link, without what opens it. */
export const onboardingLink = z.object({
  id: z.string(),
  session: seenAs('name', z.string()),
  state: z.enum(ONBOARDING_STATES),
  language: z.enum(ONBOARDING_LANGUAGES).nullable(),
  expectedPhone: z.string().nullable(),
  claims: z.number().int().describe('How often a browser has taken it: more than one, and it was opened elsewhere too'),
  lateTries: z.number().int().describe('How often it was tried after its end'),
  createdAt: time,
  expiresAt: time,
  claimedAt: time.nullable().describe('When a browser took it last'),
});
export type OnboardingLink = z.infer<typeof onboardingLink>;

/** A link as it is made: `url` is shown this once. */
export const madeLink = onboardingLink.extend({ url: z.string() });

/** What the page of a link shows now. */
export const PAGE_STATES = [
  'waiting',
  'qr',
  'code',
  'linked',
  'passkey',
  'wrong_account',
  'expired',
  'revoked',
] as const;
export type PageState = (typeof PAGE_STATES)[number];

export const linkState = z.object({
  state: z.enum(PAGE_STATES),
  qr: z.string().optional().describe('The text of the QR to scan now'),
  image: z.string().optional().describe('The same as a picture: a data URL'),
  qrExpiresAt: time.optional().describe('When WhatsApp shows the next QR in its place'),
  scanned: z
    .boolean()
    .optional()
    .describe('While it is waiting: the phone has taken part, and needs to do nothing more'),
  code: z.string().optional().describe('The code to type on the phone'),
  codeExpiresAt: time.optional().describe('When WhatsApp takes that code no more'),
  expiresAt: time.describe('When the link ends'),
});
export type LinkState = z.infer<typeof linkState>;
