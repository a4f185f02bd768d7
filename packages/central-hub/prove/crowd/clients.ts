/** The crowd, in a process of its own: `node clients.ts PORT KEY IDLE SLOW FOLLOWERS`. Tells on its output what became of it; ends with its input. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const [port = 0, , idle = 0, slow = 0, followers = 0] = process.argv.slice(2).map(Number);
const key = process.argv[3] ?? '';
/** So many connect at once: the queue of a listener is short. */
const AT_ONCE = 200;
const DRIP_MS = 200;

const HEAD = `host: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n`;
const SLOW = `POST /v1/tenants HTTP/1.1\r\n${HEAD}content-type: application/json\r\ncontent-length: 1000000\r\n\r\n`;
const FOLLOW = `GET /v1/events?after=0 HTTP/1.1\r\n${HEAD}accept: text/event-stream\r\n\r\n`;

async function opened(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function open(count: number, begin: (socket: Socket) => void): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const sockets = await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, opened));
    for (const socket of sockets) begin(socket);
  }
}

let refused = 0;
let ended = 0;

/** A body that never comes to its end. */
function drip(socket: Socket): void {
  socket.write(SLOW);
  const timer = setInterval(() => socket.write(' '), DRIP_MS);
  socket.resume().on('data', (said: Buffer) => {
    if (said.toString('latin1').startsWith('HTTP/1.1 408')) refused += 1;
  });
  socket.once('close', () => {
    clearInterval(timer);
    ended += 1;
    if (ended === slow) process.stdout.write(`slow bodies refused: ${refused}\n`);
  });
}

await open(idle, () => {});
// Its answer is never read.
await open(followers, (socket) => void socket.write(FOLLOW));
await open(slow, drip);
process.stdout.write('all there\n');
process.stdin.resume().once('end', () => process.exit(0));
