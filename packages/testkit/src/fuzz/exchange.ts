import { connect } from 'node:net';

/** What came back. `status` is null where the server closed without a word, or this side left before one. */
export interface Reply {
  status: number | null;
  headers: Record<string, string>;
  body: string;
  /** All of it, as text. */
  text: string;
  left: boolean;
}

/** A server that is silent for longer hangs, unless told otherwise. */
const PATIENCE_MS = 10_000;

/**
 * Sends bytes over a connection of its own, in two parts if `pauseAt` is given, and reads what comes back. Plain
 * sockets, because an HTTP client refuses to send most of what is interesting.
 *
 * @param leaveAfterMs hang up by then: the answer may never end by itself
 * @throws Error when nothing listens, or nothing comes for `patienceMs`
 */
export function exchange(
  { host, port, patienceMs = PATIENCE_MS }: { host: string; port: number; patienceMs?: number },
  bytes: Buffer,
  { leaveAfterMs, pauseAt }: { leaveAfterMs: number | null; pauseAt: number | null },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0);
    let left = false;
    let failure: NodeJS.ErrnoException | null = null;
    const socket = connect({ host, port, noDelay: true }, () => {
      socket.write(bytes.subarray(0, pauseAt ?? bytes.length));
      if (pauseAt !== null) setTimeout(() => socket.writable && socket.write(bytes.subarray(pauseAt)), 5);
    });
    const leave = (): void => {
      left = true;
      socket.destroy();
    };
    const timers = [
      setTimeout(() => socket.destroy(new Error(`no answer within ${patienceMs} ms`)), patienceMs),
      ...(leaveAfterMs === null ? [] : [setTimeout(leave, leaveAfterMs)]),
    ];
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (isWhole(answer, bytes)) socket.destroy();
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      timers.forEach(clearTimeout);
      // A refusal in the middle of the sending resets the connection; that is an answer, or the lack of one.
      const isReset = failure !== null && ['ECONNRESET', 'EPIPE'].includes(failure.code ?? '');
      if (failure !== null && !isReset) reject(failure);
      else resolve({ ...parse(answer.toString('utf8')), left });
    });
  });
}

/** Not every request closes its connection; a whole answer is its end anyway. */
function isWhole(answer: Buffer, question: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, Math.max(0, end)).toString('latin1').toLowerCase();
  if (end < 0 || head.startsWith('http/1.1 100')) return false;
  if (question.subarray(0, 5).toString('latin1') === 'HEAD ' || /^http\/1\.1 (204|304)/.test(head)) return true;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return answer.length >= end + 4 + Number(length);
  return head.includes('transfer-encoding: chunked') && answer.subarray(-5).toString('latin1') === '0\r\n\r\n';
}

function parse(text: string): Omit<Reply, 'left'> {
  const answer = text.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '');
  const end = answer.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answer.slice(0, Math.max(0, end)).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1];
  if (status === undefined) return { status: null, headers: {}, body: '', text };
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = answer.slice(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? rest.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, '') : rest;
  return { status: Number(status), headers, body, text };
}
