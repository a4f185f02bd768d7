import type { WhatsAppPage } from './globals.ts';

/** What the page calls out between two looks. `tos` comes with the number. */
export type SignalName = 'tos' | 'limits' | 'passkey';

/**
 * Listens to what the library does not: once per document. A module that is missing takes only its own signal with it.
 */
export function listenForSignals(): void {
  const page = globalThis as unknown as WhatsAppPage;
  const { require } = page;
  page.leadmasterLife ??= {};
  const marks = page.leadmasterLife;
  if (require === undefined || marks.isListening) return;
  marks.isListening = true;
  const tell = (name: SignalName, value: number | null = null) => page.leadmasterSignal?.(name, value);
  const attempt = (attach: () => void) => {
    try {
      attach();
    } catch {
      // The looks still see it, only later.
    }
  };
  const onCommand = (event: string, name: SignalName) =>
    attempt(() => require('WAWebCmd').Cmd.on(event, () => tell(name)));
  onCommand('reachout_timelock_state_change', 'limits');
  onCommand('new_chat_message_capping_state_change', 'limits');
  onCommand('passkeyPrologueRequest', 'passkey');
  onCommand('link_device_events:shortcake_prologue_sent', 'passkey');
  onCommand('link_device_events:shortcake_verification_code_ready', 'passkey');
  attempt(() => {
    const { Conn } = require('WAWebConnModel');
    Conn.on('change:tos', () => tell('tos', Conn.tos ?? null));
  });
  attempt(() => {
    // Not every build says which pairing type it is in; each says it when it sets one.
    const api = require('WAWebAltDeviceLinkingApi');
    const original = api.setPairingType;
    if (typeof original !== 'function') return;
    api.setPairingType = (type) => {
      marks.pairingType = type;
      if (type === 'SHORTCAKE_PASSKEY') tell('passkey');
      return original.call(api, type);
    };
  });
}
