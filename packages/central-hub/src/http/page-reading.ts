import type { OnboardingLanguage } from '@leadmaster/protocol';
import type { FastifyRequest } from 'fastify';
import { languageOf } from '../onboarding/page/reader.ts';
import type { Reading } from '../onboarding/page/shell.ts';

/** How the page of a link is read: in the language that its reader chose, else the link's own, else as the browser asks. */
export function readingOf(request: FastifyRequest, path: string, ofLink: OnboardingLanguage | null): Reading {
  const chosen = chosenLanguage(request);
  const language = languageOf(chosen ?? ofLink, request.headers['accept-language']);
  return { path, language, isChosen: chosen !== null };
}

/** What the reader chose on the page; null where the address says nothing of it. */
export function chosenLanguage({ query }: FastifyRequest): OnboardingLanguage | null {
  const { language } = query as { language?: unknown };
  return language === 'es' || language === 'en' ? language : null;
}
