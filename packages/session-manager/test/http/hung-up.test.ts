import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { ADMIN_KEY, serve } from './serve.ts';

test('a caller that hangs up before its answer is no fault of the service', async () => {
  const { given, sessions, port, logLines } = await serve();
  await given('ventas', 'READY');
  const asked = Promise.withResolvers<void>();
  Object.assign(sessions, {
    recording: (_name: string, signal: AbortSignal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        asked.resolve();
      }),
  });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /v1/sessions/ventas/recording HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${ADMIN_KEY}\r\n\r\n`,
  );
  await asked.promise;
  socket.destroy();
  const lines = () => logLines.map((line): { level: number; msg: string } => JSON.parse(line));
  await vi.waitFor(() => expect(lines().map(({ msg }) => msg)).toContain('the caller hung up before its answer'));
  expect(lines().filter(({ level }) => level > 30)).toEqual([]);
});
