import { computed } from '@preact/signals';
import { words } from '../../src/words/index.ts';
import { en } from './en.ts';
import { es } from './es.ts';

/** The words of the side, in the language that the dashboard shows. */
export const sideWords = computed(() => (words.value.language === 'es' ? es : en));
