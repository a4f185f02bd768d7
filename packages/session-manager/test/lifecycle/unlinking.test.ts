import { expect, test } from 'vitest';
import { mayForget } from '../../src/lifecycle/unlinking.ts';

const profiles = { loginPresence: async () => 'present' as const };

test.each([
  ['QR_REQUIRED', 'session delete ventas'],
  ['PASSKEY_REQUIRED', 'session delete ventas'],
  ['DISCONNECTED_RECOVERABLE', 'session start ventas'],
] as const)('a logout of a session that is %s names a way out that leads somewhere', async (state, command) => {
  await expect(mayForget(profiles, 'ventas', state)).rejects.toMatchObject({
    code: 'wrong_state',
    hint: expect.stringContaining(command),
  });
});
