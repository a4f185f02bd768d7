/**
 * Presses every button of a view, those of the dialogs that open among them, and looks through the page after each. Nothing is ordered:
 * what the page asks for is refused with the problem, or answered as `answers` has it. Runs in the page itself.
 */
globalThis.pressAll = async ({ problem, answers, look, word }) => {
  const [faults, copied, opened, pressed] = [[], [], [], new Set()];
  giveNoOrders();
  Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText } });
  document.querySelector('.selection .pick input')?.click();
  const isBusy = '[aria-busy=true]';
  const atWork = document.querySelectorAll(isBusy).length;
  await settled();
  for (let next = first(); next !== undefined; next = first()) {
    const before = location.href;
    pressed.add(nameOf(next));
    if (next.form !== null) await filled(next.form);
    if (isChooser(next) || !next.isConnected) continue;
    next.click();
    await settled();
    await inDialog();
    if (location.href !== before) await goBackTo(before);
  }
  note('the end', globalThis.faultsIn(look));
  const commands = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
  note(
    'copied',
    copied.filter((text) => commands.test(text)),
  );
  return { faults, opened };

  /** From now on, until the page is loaded again: several orders go on after the last button. */
  function giveNoOrders() {
    const { fetch } = globalThis;
    if (fetch.isStub) return;
    const orders = [...answers, ['.', 409, problem]];
    globalThis.fetch = async (url, init = {}) => {
      const { method = 'GET' } = init;
      if (method === 'GET' && !String(url).endsWith('/export')) return fetch(url, init);
      const [, status, body] = orders.find(([pattern]) => new RegExp(pattern).test(`${method} ${url}`));
      return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } });
    };
    globalThis.fetch.isStub = true;
  }

  function first() {
    return [...document.querySelectorAll('main button')].find(
      (button) => button.closest('dialog') === null && !pressed.has(nameOf(button)),
    );
  }

  async function inDialog() {
    const dialog = document.querySelector('dialog[open]');
    if (dialog === null) return;
    const title = dialog.getAttribute('aria-label');
    opened.push(title);
    note(title, globalThis.faultsIn(look));
    await filled(dialog);
    for (const button of dialog.querySelectorAll('.button.primary, .button.danger')) {
      if (!button.isConnected) break;
      button.click();
      await settled();
    }
    note(title, globalThis.faultsIn(look));
    if (dialog.scrollWidth > dialog.clientWidth)
      note(title, [`it is ${dialog.scrollWidth - dialog.clientWidth} px too wide`]);
    document.querySelector('dialog[open]')?.close();
    await settled();
  }

  function nameOf(button) {
    const place = button.closest('section, form, .row');
    const head = place?.querySelector('a, h1, h2, h3')?.textContent ?? '';
    // Of what is there for each thing of a list, one is pressed.
    const label = (button.getAttribute('aria-label') ?? button.textContent).replace(
      new RegExp(`${look[0]}.*`, 's'),
      '',
    );
    return `${head}: ${label}`.slice(0, 120);
  }

  /** A browser opens its window of files for a reader's own click alone. */
  function isChooser(button) {
    return (
      button.parentElement?.querySelector('input[type=file]') !== null && button.nextElementSibling?.type === 'file'
    );
  }

  async function filled(within) {
    for (const field of within.querySelectorAll('input:not([type=checkbox], [type=file]), textarea')) {
      if (field.value !== '') continue;
      const values = {
        tel: '5491122334455',
        url: 'https://m.example.org',
        password: 'a long passphrase',
        date: '',
        number: '',
      };
      const proto = field.localName === 'input' ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
      Object.getOwnPropertyDescriptor(proto, 'value').set.call(field, values[field.type] ?? word);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
    await new Promise((resolve) => setTimeout(resolve));
  }

  async function goBackTo(address) {
    history.pushState(null, '', address);
    dispatchEvent(new PopStateEvent('popstate'));
    await settled();
  }

  /** A dialog opens a little after it was drawn, and what an order was refused with is there a little later. */
  async function settled() {
    const isMoving = () =>
      document.querySelector('dialog:not([open])') !== null || document.querySelectorAll(isBusy).length > atWork;
    for (let turn = 0; turn < 1 || (turn < 30 && isMoving()); turn += 1)
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }

  async function writeText(text) {
    copied.push(text);
  }

  function note(where, found) {
    for (const fault of found) faults.push(`${where}: ${fault}`);
  }
};
