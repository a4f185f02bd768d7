import type { FastifyReply, FastifyRequest } from 'fastify';
import { SIGN_IN_MS } from '../keys/sign-ins.ts';

/** The cookie of a browser that is signed in. With `__Host-`, no other name of the domain can set it. */
export class SignInCookie {
  readonly #name: string;
  readonly #attributes: string;

  /** `url`: the public origin of the hub; null where only this machine calls. */
  constructor(url: string | null) {
    const isSecure = url?.startsWith('https:') === true;
    this.#name = isSecure ? '__Host-leadmaster' : 'leadmaster';
    this.#attributes = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  /** What a request brings; null where it brings none, or two that differ: one of them was planted. */
  read({ headers }: FastifyRequest): string | null {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
    const values = new Set(pairs.filter(([name]) => name === this.#name).map(([, value = '']) => value));
    const [value = ''] = values;
    return values.size === 1 && /^[A-Za-z0-9]{40}$/.test(value) ? value : null;
  }

  set(reply: FastifyReply, value: string): void {
    reply.header('set-cookie', `${this.#name}=${value}; Max-Age=${SIGN_IN_MS / 1000}; ${this.#attributes}`);
  }

  clear(reply: FastifyReply): void {
    reply.header('set-cookie', `${this.#name}=; Max-Age=0; ${this.#attributes}`);
  }
}
