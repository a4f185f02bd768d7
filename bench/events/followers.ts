import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** One open event stream. Counts by the ids, and finds a gap or a double at once. */
class Follower {
  readonly #request: ClientRequest;
  readonly response: IncomingMessage;
  newest = 0;
  faults = 0;
  #rest = '';
  #cursor = 0;

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    this.response = response;
  }

  static async open(port: number, key: string, after: number): Promise<Follower> {
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    const asked = request({ host: '127.0.0.1', port, path: `/v1/events?after=${after}`, agent: false, headers });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new Follower(asked, response);
  }

  read(): void {
    this.response.setEncoding('utf8').on('data', (part: string) => {
      const lines = `${this.#rest}${part}`.split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line);
    });
  }

  close(): void {
    this.#request.destroy();
  }

  /** The cursor may say its log after an `@`, and stands before the first event as well. */
  #hear(line: string): void {
    if (line.startsWith('id: ')) this.#cursor = Number.parseInt(line.slice(4), 10);
    if (line.startsWith('event: ')) this.#take(this.#cursor);
  }

  #take(id: number): void {
    if (id !== this.newest + 1) this.faults += 1;
    this.newest = id;
  }
}

/** Many followers of one log, of whom some never read. */
export class Followers {
  readonly #all: readonly Follower[];
  readonly #reading: readonly Follower[];

  private constructor(all: readonly Follower[], deaf: number) {
    this.#all = all;
    this.#reading = all.slice(deaf);
    for (const follower of this.#reading) follower.read();
  }

  static async open(port: number, key: string, count: number, deaf: number): Promise<Followers> {
    const all = await Promise.all(Array.from({ length: count }, () => Follower.open(port, key, 0)));
    return new Followers(all, deaf);
  }

  /** Whether all who read have got everything up to an id. */
  haveGot(id: number): boolean {
    return this.#reading.every(({ newest }) => newest >= id);
  }

  /** Gaps and doubles. */
  get faults(): number {
    return this.#reading.reduce((sum, { faults }) => sum + faults, 0);
  }

  close(): void {
    for (const follower of this.#all) follower.close();
  }
}
