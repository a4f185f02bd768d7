import type { BodyInputOf, ParamsOf, QueryOf, Route } from '@leadmaster/protocol';

/** Bytes as a body, of a size that is known. */
export interface Upload {
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  bytes: number;
}

/** A part that may be left out where nothing in it is required. */
type Part<K extends string, T> = Record<never, never> extends T ? { [P in K]?: T } : { [P in K]: T };

type BodyPart<R> = R extends { bytes: string }
  ? { upload: Upload }
  : undefined extends BodyInputOf<R>
    ? { body?: BodyInputOf<R> }
    : { body: BodyInputOf<R> };

/** What a call of a route takes: the parts of its path, its query and headers, and its body. */
export type InputOf<R extends Route> = Part<'params', ParamsOf<R>> & {
  query?: Partial<QueryOf<R>>;
  headers?: Record<string, string>;
} & BodyPart<R>;

/** The same, as it is read when the route is known at run time only. */
export interface AnyInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  upload?: Upload;
}

/** The path and query of a call. What is not told is left out. */
export function targetOf(pattern: string, { params = {}, query = {} }: AnyInput): string {
  const path = pattern.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const told = Object.entries(query).filter(([, value]) => value !== undefined);
  return told.length === 0
    ? path
    : `${path}?${new URLSearchParams(told.map(([name, value]) => [name, String(value)]))}`;
}
