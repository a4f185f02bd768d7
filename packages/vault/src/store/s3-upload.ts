import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { DEFAULT_RETRY, retrying } from './backoff.ts';
import { exactly, sourceOf } from './blob-body.ts';
import type { BlobSource } from './blob-store.ts';

/** S3's own limits on an upload in parts. */
const MAX_PARTS = 10_000;
const CONCURRENCY = 3;

/** Makes one request that sends so many bytes, with its deadline and errors of ours. */
export type Call = <T>(
  bytes: number,
  signal: AbortSignal | undefined,
  work: (abortSignal: AbortSignal) => Promise<T>,
) => Promise<T>;

type UploadCommand = Parameters<S3Client['send']>[0];

export interface UploadRequest {
  bucket: string;
  /** The object's whole key, the store's prefix included. */
  objectKey: string;
  /** The key as callers know it, for messages. */
  key: string;
  body: Uint8Array | BlobSource;
  partBytes: number;
  signal: AbortSignal | undefined;
  call: Call;
}

/**
 * Uploads a large body in parts, a few at a time, in memory for as many alone. It becomes an object when the last
 * command of all completes it; a failure before that removes the parts again.
 */
export async function uploadInParts(client: S3Client, request: UploadRequest): Promise<void> {
  const source = sourceOf(request.body);
  const partSize = Math.max(request.partBytes, Math.ceil(source.length / MAX_PARTS));
  const upload = new Upload({
    client: boundedClient(client, request),
    params: {
      Bucket: request.bucket,
      Key: request.objectKey,
      Body: Readable.from(exactly(request.key, source), { objectMode: true }),
      ContentLength: source.length,
    },
    partSize,
    queueSize: CONCURRENCY,
  });
  await upload.done();
}

/**
 * Removes unfinished uploads of a crash, once, as far as possible: their hidden parts cost money. No upload begun so
 * long ago is still at work.
 */
export async function abandonUploads(
  client: S3Client,
  { bucket, prefix, before, call }: { bucket: string; prefix: string; before: Date; call: Call },
): Promise<void> {
  try {
    const where = { Bucket: bucket, Prefix: prefix };
    const { Uploads = [] } = await call(0, undefined, (abortSignal) =>
      client.send(new ListMultipartUploadsCommand(where), { abortSignal }),
    );
    for (const { Key, UploadId, Initiated } of Uploads) {
      if (Initiated === undefined || Initiated > before) continue;
      await call(0, undefined, (abortSignal) =>
        client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), { abortSignal }),
      );
    }
  } catch {
    // A server need not know how to list them, and a user need not be allowed to; the put itself will tell.
  }
}

/** The client as the upload sees it: every command has its own deadline and heeds the caller's signal. */
function boundedClient(client: S3Client, request: UploadRequest): S3Client {
  const call = (command: UploadCommand, signal: AbortSignal | undefined): Promise<unknown> =>
    request.call(sizeOf(command), signal, (abortSignal) => client.send(command, { abortSignal }));
  const send = (command: UploadCommand): Promise<unknown> => {
    // Parts are removed also after an abort. What had failed is worth telling, not this.
    if (isAbort(command)) return call(command, undefined).catch(() => undefined);
    if (isComplete(command)) return call(command, request.signal);
    // The beginning is not interrupted: what has begun without our knowing its id could not be removed.
    const signal = isCreate(command) ? undefined : request.signal;
    // A part can be sent again without harm; starting over with the whole body would cost far more.
    return retrying({ ...DEFAULT_RETRY, attempts: 3 }, signal, () => call(command, signal));
  };
  return Object.create(client, { send: { value: send } });
}

/** Apart, because a command of one kind is no subtype of any command to the compiler. */
function isAbort(command: unknown): boolean {
  return command instanceof AbortMultipartUploadCommand;
}

function isCreate(command: unknown): boolean {
  return command instanceof CreateMultipartUploadCommand;
}

function isComplete(command: unknown): boolean {
  return command instanceof CompleteMultipartUploadCommand;
}

function sizeOf(command: unknown): number {
  const body = command instanceof UploadPartCommand ? command.input.Body : undefined;
  return body instanceof Uint8Array ? body.length : 0;
}
