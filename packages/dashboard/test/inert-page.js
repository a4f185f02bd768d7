/** Looks through the page for what texts of others have made of it. Runs in the page itself. */
globalThis.faultsIn = ([begin, end]) => {
  const faults = [];
  const controls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  if ('ran' in globalThis) faults.push('a script has run');
  if (controls.test(document.title)) faults.push(`title: ${document.title}`);
  const ours = [location.origin, 'null'];
  for (const element of document.querySelectorAll('body *')) {
    const name = element.localName;
    if (['script', 'img', 'iframe', 'object', 'embed', 'base', 'link', 'style', 'meta'].includes(name)) {
      if (name !== 'script' || element.closest('main') !== null)
        faults.push(`element ${element.outerHTML.slice(0, 100)}`);
    }
    for (const { name: attribute, value } of element.attributes) {
      const where = `${name} ${attribute}="${value.slice(0, 80)}"`;
      if (/^on|^srcdoc$/.test(attribute)) faults.push(where);
      // Our own lists say by a number where a row stands; a chart is drawn by its measures.
      const isOurs = /^(--[a-z]+: \d+;\s*)+$/.test(value) || element.closest('.canvas') !== null;
      if (attribute === 'style' && !isOurs) faults.push(where);
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

  /** Whether nothing of ours comes after the text in the nearest element that isolates: what stands before it keeps its place. */
  function isAlone(node) {
    let around = node.parentElement;
    while (around !== null && !isolates(around)) around = around.parentElement;
    const text = around?.textContent?.trim() ?? '';
    const from = text.indexOf(begin);
    return from >= 0 && !controls.test(text.slice(0, from)) && text.indexOf(end) === text.length - 1;
  }

  function isolates(element) {
    const { unicodeBidi, display } = getComputedStyle(element);
    return unicodeBidi !== 'normal' || !display.startsWith('inline');
  }
};
