import { LeadMasterError } from '@leadmaster/protocol';
import { expect } from 'vitest';

/** The error that work fails with, which is one of ours. */
export async function failure(work: Promise<unknown>): Promise<LeadMasterError> {
  const error = await work.then(
    (value) => new Error(`resolved to ${String(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LeadMasterError);
  return error as LeadMasterError;
}
