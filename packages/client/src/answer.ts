import { goodAnswersOf, hasBody, type Route } from '@leadmaster/protocol';
import { chunksOf } from './chunks.ts';

/** Reads a body as text. @throws Error where it is longer than so many bytes, or breaks off. */
export async function textOf(response: Response, mostBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = mostBytes;
  for await (const chunk of response.body === null ? [] : chunksOf(response.body)) {
    left -= chunk.length;
    if (left < 0) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** What a text says as JSON; undefined where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether an answer is the one without a body that the route states. */
export function isBare(route: Route, status: number): boolean {
  return status === 204 && !hasBody(route);
}

/** An answer as the route's schema reads it; undefined where the route states no such answer. */
export function heldTo(route: Route, status: number, said: unknown): unknown {
  const stated = goodAnswersOf(route)[status];
  if (stated === undefined || !('content' in stated)) return undefined;
  return stated.content['application/json']?.schema.safeParse(said).data;
}
