import type { AnyHelper, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/**
 * Puts our wrappers around the library's helpers at the instant at which it defines them, in this document: after any
 * navigation, none of them is ever called unwrapped. It is also the moment for what must be repaired before the library
 * works with the page: its modules are there, and the account is synced.
 */
export function installHelpers(): void {
  const page = globalThis as unknown as WhatsAppPage;

  let canDownload = false;

  const repair = (): void => {
    page.leadmaster.repairIds();
    page.leadmaster.repairHandover();
    canDownload = page.leadmaster.repairDownload();
  };

  /** The text of a message's id reaches Node, also from a class of keys that keeps none. */
  const getMessageModel =
    (original: AnyHelper): AnyHelper =>
    (message, ...rest) => {
      // Before its medium can be downloaded: the module for that may come late.
      if (!canDownload) canDownload = page.leadmaster.repairDownload();
      const model = original(message, ...rest) as { id?: object } | null;
      const text = page.leadmaster.textOf((message as PageMsg).id);
      if (model?.id && text !== null && !Object.hasOwn(model.id, '_serialized'))
        Object.defineProperty(model.id, '_serialized', {
          value: text,
          enumerable: true,
          writable: true,
          configurable: true,
        });
      return model;
    };

  /** Errors that say what happened also once they have crossed to Node. */
  const legible =
    (original: AnyHelper): AnyHelper =>
    async (...args) => {
      try {
        return await original(...args);
      } catch (error) {
        throw new Error(page.leadmaster.describe(error), { cause: error });
      }
    };

  Object.assign(page.leadmaster.helpers, { getMessageModel, getChat: legible });
  const { sendMessage } = page.leadmaster.helpers;
  if (sendMessage !== undefined) page.leadmaster.helpers.sendMessage = (original) => legible(sendMessage(original));

  const guard = (helpers: Record<string, unknown>): void => {
    for (const [name, wrap] of Object.entries(page.leadmaster.helpers)) {
      const shown = (helper: unknown) => (typeof helper === 'function' ? wrap(helper as AnyHelper) : helper);
      let current = shown(helpers[name]);
      Object.defineProperty(helpers, name, {
        configurable: true,
        enumerable: true,
        get: () => current,
        set: (helper: unknown) => {
          current = shown(helper);
        },
      });
    }
  };

  let helpers: unknown;
  Object.defineProperty(page, 'WWebJS', {
    configurable: true,
    enumerable: true,
    get: () => helpers,
    set: (given: unknown) => {
      repair();
      if (typeof given === 'object' && given !== null) guard(given as Record<string, unknown>);
      helpers = given;
    },
  });
}
