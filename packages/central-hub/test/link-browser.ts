import { linkState } from '@leadmaster/protocol';
import { expect } from 'vitest';
import { type Answer, type Ask, type HubWorld, hubOver } from './hub.ts';

export const LINKS = '/v1/sessions/ventas/links';

/** A browser that has the address of a link, and the cookie that it was given. */
export class Browser {
  readonly #world: HubWorld;
  readonly path: string;
  cookie = '';

  constructor(world: HubWorld, url: string) {
    this.#world = world;
    this.path = new URL(url).pathname;
  }

  ask(more = '', { headers, ...asked }: Ask = {}): Promise<Answer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie };
    const sent = { ...(more === '' ? { accept: 'text/html,*/*;q=0.8' } : {}), ...cookie, ...headers };
    return this.#world.ask(`${this.path}${more}`, { key: null, ...asked, headers: sent });
  }

  /** Presses the button, as the form of the page does. */
  async claim(): Promise<Answer> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
    const answer = await this.ask('', { method: 'POST', headers: form });
    const [set = ''] = answer.headers['set-cookie'] ?? [];
    if (set !== '') this.cookie = set.split(';')[0] ?? '';
    return answer;
  }

  /** What the page shows now. */
  async state(): Promise<Answer['json']> {
    const { status, json, text } = await this.ask('/state');
    expect(status, text).toBe(200);
    return linkState.parse(json);
  }

  until(state: string): Promise<unknown> {
    return expect.poll(async () => (await this.state()).state, { timeout: 10_000 }).toBe(state);
  }

  code(phone: string): Promise<Answer> {
    return this.ask('/code', { body: { phone }, headers: { 'sec-fetch-site': 'same-origin' } });
  }
}

/** A session that does not run, on a machine whose browsers show a QR as soon as they do, and a link to it. */
export async function linked(given: { world?: HubWorld; wanted?: object; showsQrs?: boolean } = {}) {
  const { world = await hubOver(['one']), wanted = {}, showsQrs = true } = given;
  if (showsQrs) world.managers.one?.stage.showQrs();
  const made = await world.ask('/v1/sessions', { body: { name: 'ventas', start: false, machine: 'one' } });
  expect(made.status, made.text).toBe(201);
  const link = await world.ask(LINKS, { body: wanted });
  expect(link.status, link.text).toBe(201);
  return { world, link: link.json, browser: new Browser(world, link.json.url) };
}
