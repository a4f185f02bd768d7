import type { AnyHelper, PageMsg, WhatsAppPage } from './whatsapp-page.ts';

/**
 * Media as the pages of late 2026 want them: a download needs a `mimetype` that whatsapp-web.js does not pass, a model of
 * media must not show its private `__x_id` when it is spread, and forwarding is a part of the page that is loaded only
 * when it is used (whatsapp-web-2026, 2.1, 2.2, 3.2).
 */
export function installMedia(): void {
  const page = globalThis as unknown as WhatsAppPage;
  const LOAD_MS = 10_000;
  const FORWARDING = 'WAWebMediaForwardMediaMsg';
  const ours = new WeakSet<object>();

  type Download = Partial<Pick<PageMsg, 'directPath' | 'filehash' | 'mimetype'>>;

  const isOf = (wanted: Download, message: PageMsg): boolean =>
    (wanted.filehash !== undefined && message.filehash === wanted.filehash) ||
    (wanted.directPath !== undefined && message.directPath === wanted.directPath);

  const withType = (wanted: Download): Download => {
    if (typeof wanted?.mimetype === 'string') return wanted;
    const messages = page.require('WAWebCollections').Msg.getModelsArray();
    const mimetype = messages.find((message) => isOf(wanted, message))?.mimetype;
    return { ...wanted, mimetype: mimetype ?? 'application/octet-stream' };
  };

  const repairDownload = (): boolean => {
    try {
      const { downloadManager } = page.require('WAWebDownloadManager');
      const original = downloadManager.downloadAndMaybeDecrypt as unknown as AnyHelper;
      if (ours.has(original)) return true;
      const typed: AnyHelper = (wanted, ...rest) =>
        original.call(downloadManager, withType(wanted as Download), ...rest);
      ours.add(typed);
      downloadManager.downloadAndMaybeDecrypt = typed as never;
      return downloadManager.downloadAndMaybeDecrypt === (typed as never);
    } catch {
      return false;
    }
  };

  /** The model of a medium, with its private id out of sight. */
  const discreet =
    (original: AnyHelper): AnyHelper =>
    async (...args) => {
      const media = (await original(...args)) as object;
      if (Object.hasOwn(media, '__x_id')) Object.defineProperty(media, '__x_id', { enumerable: false });
      return media;
    };

  const isLoaded = (): boolean => {
    try {
      return page.require('WAWebChatForwardMessage') !== undefined;
    } catch {
      return false;
    }
  };

  const load = (component: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the page did not load ${component}`)), LOAD_MS);
      const bootloader = page.Bootloader ?? page.require('Bootloader');
      bootloader.loadModules([component], () => {
        clearTimeout(timer);
        resolve();
      });
    });

  const forwardMessage =
    (original: AnyHelper): AnyHelper =>
    async (...args) => {
      if (!isLoaded()) await load(FORWARDING);
      return original(...args);
    };

  Object.assign(page.leadmaster, { repairDownload });
  Object.assign(page.leadmaster.helpers, { processMediaData: discreet, processStickerData: discreet, forwardMessage });
}
