import { expect, test } from 'vitest';
import { chunksOf } from '../src/chunks.ts';

/** A stream of a browser that cannot iterate over one. */
function streamOf(chunks: readonly string[], onCancel: () => void = () => {}): ReadableStream<Uint8Array> {
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else if (next === 'broken') controller.error(new Error('the line broke'));
      else controller.enqueue(new TextEncoder().encode(next));
    },
    cancel: onCancel,
  });
  return Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined });
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const chunk of chunksOf(stream)) found.push(new TextDecoder().decode(chunk));
  return found;
}

test('a stream is read to its end where the browser cannot iterate over it', async () => {
  expect(await read(streamOf(['a', 'b']))).toEqual(['a', 'b']);
});

test('a stream that breaks off throws what broke it', async () => {
  await expect(read(streamOf(['a', 'broken']))).rejects.toThrow('the line broke');
});

test('who stops early cancels the stream', async () => {
  let isCancelled = false;
  const stream = streamOf(['a', 'b'], () => {
    isCancelled = true;
  });
  for await (const _chunk of chunksOf(stream)) break;
  expect(isCancelled).toBe(true);
});
