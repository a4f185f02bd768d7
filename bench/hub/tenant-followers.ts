import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** Event streams, each under the key of one tenant. */
export class TenantFollowers {
  /** Events that came, on all streams. */
  events = 0;
  /** Streams that ended by themselves. */
  ended = 0;
  readonly #requests: ClientRequest[] = [];
  #isClosed = false;

  async open(port: number, keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#follow(port, key);
  }

  close(): void {
    this.#isClosed = true;
    for (const asked of this.#requests) asked.destroy();
  }

  async #follow(port: number, key: string): Promise<void> {
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    const asked = request({ host: '127.0.0.1', port, path: '/v1/events', agent: false, headers });
    asked.end();
    this.#requests.push(asked);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`);
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      this.events += part.split('\nevent: message.ack').length - 1;
    });
    // The end of a stream that was closed here is an error there.
    response.on('error', () => undefined);
    response.on('close', () => {
      if (!this.#isClosed) this.ended += 1;
    });
    asked.on('error', () => undefined);
  }
}
