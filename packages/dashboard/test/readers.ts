import type { BrowserContextOptions, Locator } from 'playwright-core';
import { ANDROID } from '../../central-hub/test/phone-browser.ts';
import { en, type Words } from '../src/words/en.ts';
import { es } from '../src/words/es.ts';

/** One way that people see and use the page. */
export interface Reader {
  language: 'en' | 'es';
  screen: 'desk' | 'phone';
  /** What the page says to this reader; walks find by it what they press. */
  words: Words;
  window: BrowserContextOptions;
  /** Presses what can be seen and reached: at a desk by the keyboard, on a phone by a touch. */
  press: (target: Locator) => Promise<void>;
}

const LANGUAGES = { en: { words: en, locale: 'en-GB' }, es: { words: es, locale: 'es-AR' } } as const;

const SCREENS: Record<Reader['screen'], Pick<Reader, 'window' | 'press'>> = {
  desk: { window: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }, press: byKeyboard },
  phone: {
    window: {
      ...{ viewport: { width: 360, height: 740 }, colorScheme: 'dark', userAgent: ANDROID },
      ...{ isMobile: true, hasTouch: true },
    },
    press: (target) => target.tap(),
  },
};

async function byKeyboard(target: Locator): Promise<void> {
  // What a mouse could not press either is not pressed: it is covered, off or not yet still.
  await target.click({ trial: true });
  await target.press((await target.getAttribute('type')) === 'checkbox' ? 'Space' : 'Enter');
}

function reader(language: Reader['language'], screen: Reader['screen']): Reader {
  const { words, locale } = LANGUAGES[language];
  const { window, press } = SCREENS[screen];
  return { language, screen, words, window: { locale, ...window }, press };
}

/** A pair that differs in everything; both languages on both screens where `DASHBOARD_READERS` is `all`. */
export const READERS: readonly Reader[] = [
  reader('en', 'desk'),
  reader('es', 'phone'),
  ...(process.env.DASHBOARD_READERS === 'all' ? [reader('en', 'phone'), reader('es', 'desk')] : []),
];

/** In the place of what a text is told with. */
const HOLE = '\uE000';

/** What a text of the page looks like, with any values in its places: `1 min ago`, of `(time) => ...`. */
export function like(text: (...parts: never[]) => string): RegExp {
  const parts = [HOLE, HOLE] as never[];
  return new RegExp(RegExp.escape(text(...parts)).replaceAll(HOLE, '.+'));
}

/** Texts one after the other, with anything between them. */
export function inOrder(...texts: readonly string[]): RegExp {
  return new RegExp(texts.map((text) => RegExp.escape(text)).join('[\\s\\S]*'));
}
