import { connect } from 'node:net';

/** Bytes to send, and when to stop listening. */
export interface Shot {
  host: string;
  port: number;
  bytes: Buffer;
  /** Hang up this long after the last byte came, when the answer is not meant to end by itself (streams, long polls). */
  leaveAfterMs: number | null;
}

/** What came back. `status` is null when the server closed without a word, or we left before one. */
export interface Reply {
  status: number | null;
  headers: Record<string, string>;
  body: string;
  left: boolean;
  ms: number;
}

/** Beyond this a silent server counts as hanging. */
const PATIENCE_MS = 10_000;

/**
 * Sends bytes over a connection of its own and reads what comes back. Plain sockets, because an HTTP client would
 * refuse to send most of what is interesting.
 */
export function shoot(shot: Shot): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const chunks: Buffer[] = [];
    let left = false;
    const socket = connect({ host: shot.host, port: shot.port }, () => socket.write(shot.bytes));
    const leave =
      shot.leaveAfterMs === null
        ? undefined
        : setTimeout(() => {
            left = true;
            socket.destroy();
          }, shot.leaveAfterMs);
    const patience = setTimeout(() => socket.destroy(new Error('no answer in time')), PATIENCE_MS);
    let failure: NodeJS.ErrnoException | null = null;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // Not every request closes its connection; a whole answer is the end all the same.
      if (isWhole(Buffer.concat(chunks), shot.bytes)) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = error;
    });
    socket.on('close', () => {
      clearTimeout(leave);
      clearTimeout(patience);
      // A refusal in the middle of our sending resets the connection; that is an answer, or the lack of one.
      const reset = failure !== null && ['ECONNRESET', 'EPIPE'].includes(failure.code ?? '');
      if (failure !== null && !reset) reject(failure);
      else resolve({ ...parse(Buffer.concat(chunks).toString('utf8')), left, ms: performance.now() - start });
    });
  });
}

function isWhole(answer: Buffer, question: Buffer): boolean {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.subarray(0, Math.max(0, end)).toString('latin1').toLowerCase();
  if (end < 0 || head.startsWith('http/1.1 100')) return false;
  if (question.subarray(0, 5).toString('latin1') === 'HEAD ' || /^http\/1\.1 (204|304)/.test(head)) return true;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return answer.length >= end + 4 + Number(length);
  return head.includes('transfer-encoding: chunked') && answer.subarray(-5).toString('latin1') === '0\r\n\r\n';
}

function parse(text: string): Pick<Reply, 'status' | 'headers' | 'body'> {
  const interim = /^HTTP\/1\.1 100 [^\r]*\r\n\r\n/.exec(text);
  const answer = interim === null ? text : text.slice(interim[0].length);
  const end = answer.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answer.slice(0, Math.max(0, end)).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(first)?.[1];
  if (status === undefined) return { status: null, headers: {}, body: answer };
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = answer.slice(end + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? rest.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, '') : rest;
  return { status: Number(status), headers, body };
}
