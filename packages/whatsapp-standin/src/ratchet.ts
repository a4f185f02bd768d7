import { createPublicKey, verify } from 'node:crypto';
import type { Device } from './accounts.ts';
import type { PublicKey, RatchetStep } from './wire.ts';

/** Whether the holder of this device's private key signed this challenge for this step. */
export function verifyStep(
  key: PublicKey,
  challenge: string,
  number: string,
  device: number,
  step: RatchetStep,
  signature: string,
): boolean {
  try {
    const text = `${challenge}|${number}:${device}|${step.counter}|${step.nonce}`;
    const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
    return verify(
      'sha256',
      Buffer.from(text),
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64'),
    );
  } catch {
    return false;
  }
}

/**
 * What a step tells about the profile it comes from.
 * - `rollback`: the counter was used before, and the profile does not remember the last use: an old copy came back.
 * - `duplicate`: the counter is ahead, but of another past: two copies of one login take turns.
 * A step that was persisted but never arrived only makes a gap, which is as it should be.
 */
export function judgeStep(device: Device, step: RatchetStep): 'ok' | 'rollback' | 'duplicate' {
  const { counter, nonce } = device.ratchet;
  if (step.counter > counter) return step.chain.includes(nonce) ? 'ok' : 'duplicate';
  return 'rollback';
}
