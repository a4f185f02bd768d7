import type { Page } from 'playwright-core';

/** Around each text that the test plays, so that it is known where it begins and ends. No text of ours has them. */
export const BEGIN = '⟦';
export const END = '⟧';

/** Texts that become something else where they are not kept as text. All that run set `ran`. */
export const EVIL: readonly string[] = [
  '<script>window.ran=1</script>',
  '<img src=x onerror="window.ran=1">',
  '"><svg/onload=window.ran=1>',
  "' onmouseover='window.ran=1' autofocus onfocus='window.ran=1",
  '</title></textarea></style></pre><iframe srcdoc="<script>top.ran=1</script>">',
  '<a href="javascript:window.ran=1">x</a>',
  'javascript:window.ran=1',
  '//evil.example.org/x',
  '<form action=//evil.example.org><button>x',
  '<base href=//evil.example.org><link rel=stylesheet href=//evil.example.org/x.css>',
  `{{constructor.constructor("window.ran=1")()}}\${window.ran=1}`,
  '&lt;img src=x onerror=window.ran=1&gt;',
  '\u202egnp.exe \u2066\u2067\u2068 \u202d',
  '\u2069\u202c\u2069 end of no isolate',
  '__proto__',
  'constructor',
];

/** One text with all of them in it. */
export const ALL_EVIL = marked(EVIL.join(' '));

export function marked(text: string): string {
  return `${BEGIN}${text}${END}`;
}

/**
 * What a page has made of texts that are not its own; empty where they are text and nothing else. Bidirectional controls turn around what
 * stands with them in one element that isolates: nothing of ours may.
 */
export function faultsIn(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(${String(look)})(${JSON.stringify([BEGIN, END])})`);
}

/** Runs in the page. */
function look([begin = '', end = '']: string[]): string[] {
  const faults: string[] = [];
  const controls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  if ('ran' in globalThis) faults.push('a script has run');
  if (controls.test(document.title)) faults.push(`title: ${document.title}`);
  const ours = [location.origin, 'null'];
  for (const element of document.querySelectorAll('body *')) {
    const name = element.localName;
    if (['script', 'img', 'iframe', 'object', 'embed', 'base', 'link', 'style', 'meta'].includes(name)) {
      if (name !== 'script' || element.closest('main') !== null) faults.push(`element ${element.outerHTML.slice(0, 100)}`);
    }
    for (const { name: attribute, value } of element.attributes) {
      const where = `${name} ${attribute}="${value.slice(0, 80)}"`;
      if (/^on|^style$|^srcdoc$/.test(attribute)) faults.push(where);
      if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(attribute)) {
        const { protocol, origin } = new URL(value, document.baseURI);
        if (!['http:', 'https:'].includes(protocol) || !ours.includes(origin)) faults.push(where);
      }
      if (attribute !== 'value' && controls.test(value)) faults.push(`turns around ${where}`);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    if (!controls.test(node.textContent ?? '') || isAlone(node)) continue;
    faults.push(`turns around ${node.parentElement?.outerHTML.slice(0, 160)}`);
  }
  return faults;

  /** Whether the nearest element that isolates has this one text and no other. */
  function isAlone(node: Node): boolean {
    let around = node.parentElement;
    while (around !== null && !isolates(around)) around = around.parentElement;
    const text = around?.textContent?.trim() ?? '';
    return text.startsWith(begin) && text.indexOf(end) === text.length - 1;
  }

  function isolates(element: Element): boolean {
    const { unicodeBidi, display } = getComputedStyle(element);
    return unicodeBidi !== 'normal' || !display.startsWith('inline');
  }
}
