/** `WAWebModalManager.ModalManager`: the window over the app, one at a time. */
let current = null;

export const ModalManager = {
  /** Opens a window; one that is not `closable` stays until the page is left. */
  open(name, { closable = true, onClose = () => {} } = {}) {
    current = { name, closable, onClose };
  },
  async existsAsync() {
    return current !== null;
  },
  close() {
    if (!current?.closable) return;
    const { onClose } = current;
    current = null;
    onClose();
  },
};
