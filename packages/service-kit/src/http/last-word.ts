import type { Socket } from 'node:net';

/** How long what still comes is taken after the last answer on a connection. */
const LINGER_MS = 5_000;

/**
 * Sends the last bytes of a connection and closes it, in a way that they are read: a connection that is closed while bytes of
 * the other side are unread, or on their way, is reset, and with it goes an answer that was not read yet (RFC 9112, 9.6). So
 * what still comes is taken and thrown away, until the other side closes as well or time is up. Nothing of it is a request.
 */
export function lastWord(socket: Socket, answer: string): void {
  if (socket.destroyed) return;
  // From here on the parser gets nothing more: neither the rest of a body, nor a request behind it.
  socket.removeAllListeners('data');
  socket.on('data', () => undefined);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(answer);
  socket.resume();
}
