import { LeadMasterError } from '@leadmaster/protocol';
import { hasScreen } from './browser-machine.ts';

/** @throws LeadMasterError `display_missing` where no window can open. */
export function requireScreen(): void {
  if (hasScreen()) return;
  throw new LeadMasterError(
    'display_missing',
    'LOGIN_MODE=local opens a window, and there is no screen: DISPLAY is not set',
    'Start the service on a desktop, or use LOGIN_MODE=qr and scan the QR that the API and the terminal show.',
  );
}
