/**
 * The windows over the app, and `WAWebModalManager.ModalManager`, which knows of them. They are in the document with test
 * ids and buttons, as people see them.
 */
const open = [];

/**
 * Opens a window. `buttons` are `{label, testId, act}`; without `closed` it cannot be closed by a call, and with it that is
 * told. Returns what closes it.
 */
export function openWindow({ testId, text, buttons = [], closed = null }) {
  const element = card({ testId, text, buttons });
  element.setAttribute('role', 'dialog');
  document.getElementById('app').append(element);
  const entry = { element, closed };
  open.push(entry);
  return () => remove(entry);
}

/** Words and buttons, for a window or a screen. */
export function card({ testId, text, buttons = [] }) {
  const element = document.createElement('div');
  element.dataset.testid = testId;
  element.append(paragraph(text), ...buttons.map(button));
  return element;
}

export const ModalManager = {
  existsAsync: async () => open.length > 0,
  /** Closes the uppermost window, if it is one that can be closed. */
  close() {
    const top = open.at(-1);
    if (!top?.closed) return;
    remove(top);
    top.closed();
  },
};

function remove(entry) {
  const at = open.indexOf(entry);
  if (at < 0) return;
  open.splice(at, 1);
  entry.element.remove();
}

function paragraph(text) {
  return Object.assign(document.createElement('p'), { textContent: text });
}

function button({ label, testId, act }) {
  const element = Object.assign(document.createElement('button'), { textContent: label, onclick: act });
  element.dataset.testid = testId;
  return element;
}
