import type { Language } from '../../words/words.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import type { ReportWords } from './types.ts';

export const REPORT_WORDS: Record<Language, ReportWords> = { en, es };
