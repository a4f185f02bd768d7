/** Why the stand-in refused what it was asked; `code` is stable, the message is for people. */
export class StandinError extends Error {
  readonly code: StandinErrorCode;

  constructor(code: StandinErrorCode, message: string) {
    super(message);
    this.name = 'StandinError';
    this.code = code;
  }
}

export type StandinErrorCode =
  | 'bad_request'
  | 'unknown_qr'
  | 'stale_qr'
  | 'altered_qr'
  | 'unknown_code'
  | 'stale_code'
  | 'wrong_phone'
  | 'banned'
  | 'too_many_devices'
  | 'passkey_required'
  | 'no_passkey_wanted'
  | 'unknown_device'
  | 'not_online'
  | 'not_on_whatsapp'
  | 'link_failed'
  | 'timeout'
  | 'closed';
