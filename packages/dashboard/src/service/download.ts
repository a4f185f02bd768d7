import { LeadMasterError } from '@leadmaster/protocol';

/** How long a link to a file that was saved is kept for the browser to take it. */
const TAKEN_MS = 60_000;

/**
 * Takes the body of an answer as a file that the browser keeps on its disk, and tells its size as it grows.
 *
 * @throws what the stream breaks off with: half of a file is never handed on.
 */
export async function fileOf(answer: Response, onBytes: (bytes: number) => void): Promise<Blob> {
  let bytes = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length;
      onBytes(bytes);
      controller.enqueue(chunk);
    },
  });
  if (answer.body === null) throw new LeadMasterError('internal', 'The answer has no file.', 'Try again.');
  return new Response(answer.body.pipeThrough(counted)).blob();
}

/** Hands a file to the reader, under a name. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), TAKEN_MS);
}
