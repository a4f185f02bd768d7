import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { LeadMasterError } from '@leadmaster/protocol';
import { collect, exactly } from './blob-body.ts';
import { checkKey, checkPrefix, isKey } from './blob-key.ts';
import type { BlobInfo, BlobSource, BlobStore, GetOptions, PutOptions } from './blob-store.ts';
import { Deadline } from './deadline.ts';
import { nameOf, s3Error, statusOf, unreachable } from './s3-errors.ts';
import { abandonUploads, type Call, uploadInParts } from './s3-upload.ts';

export interface S3StoreOptions {
  bucket: string;
  /** Where in the bucket, without slashes around it; empty for all of it. */
  prefix?: string;
  /** Any S3 server; Amazon's when it is not given. */
  endpoint?: string;
  region?: string;
  /** The default chain of the AWS tools (environment, profile, role) when it is not given. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** How long an answer may take, and a transfer may stand still. */
  deadlineMs?: number;
  /** Bodies larger than this go in parts of it; 5 MiB at least, which is the default. */
  partBytes?: number;
  /** From which age an unfinished upload is one that a crash has left, and is removed. */
  staleUploadMs?: number;
  /** What the server's clock is ahead of ours, when known. */
  clockOffsetMs?: number;
}

interface Task {
  operation: string;
  key: string;
  bytes?: number;
  signal?: AbortSignal | undefined;
}

/** A transfer slower than this is one that stands still. */
const SLOWEST_BYTES_PER_SECOND = 16 * 1024;
/** The least that S3 takes as a part; several at a time are in memory, so it is what we send. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
/** The client tells its warnings to the console unless it has somewhere else to tell them. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** Objects in a bucket of any S3 server. */
export class S3Store implements BlobStore {
  readonly name: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #deadlineMs: number;
  readonly #partBytes: number;
  readonly #staleUploadMs: number;
  #sweeping: Promise<void> | null = null;
  /** Whether this server was seen to keep `If-None-Match`; some accept it and overwrite. */
  #keepsConditions = false;

  constructor(options: S3StoreOptions) {
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ? `${options.prefix}/` : '';
    this.name = `s3://${options.bucket}${options.prefix ? `/${options.prefix}` : ''}`;
    this.#deadlineMs = options.deadlineMs ?? 30_000;
    this.#partBytes = options.partBytes ?? MIN_PART_BYTES;
    this.#staleUploadMs = options.staleUploadMs ?? 24 * 3600 * 1000;
    const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1');
    this.#client = new S3Client({
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(region === undefined ? {} : { region }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      ...(options.clockOffsetMs === undefined ? {} : { systemClockOffset: options.clockOffsetMs }),
      // Buckets as host names need DNS that few servers of one's own have.
      forcePathStyle: true,
      // Otherwise streams travel in a framing that many servers do not know. Bodies are signed and so checked anyhow.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // A try that the client repeats by itself would make our conditional put look like another writer's.
      maxAttempts: 1,
      logger: SILENT,
      requestHandler: { connectionTimeout: Math.min(10_000, this.#deadlineMs), socketTimeout: this.#deadlineMs },
    });
  }

  async put(key: string, body: Uint8Array | BlobSource, options: PutOptions = {}): Promise<boolean> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const ifAbsent = options.ifAbsent ?? false;
    if (body.length <= this.#partBytes || (ifAbsent && body instanceof Uint8Array)) {
      return this.#putBytes(key, await collect(key, body), ifAbsent, options.signal);
    }
    if (ifAbsent && !(body instanceof Uint8Array)) return this.#putStream(key, body, options.signal);
    await this.#putParts(key, body, options.signal);
    return true;
  }

  async get(key: string, options: GetOptions = {}): Promise<Buffer | null> {
    checkKey(key);
    const { range, signal } = options;
    if (range?.length === 0) return (await this.stat(key, options)) === null ? null : Buffer.alloc(0);
    const Range = range && `bytes=${range.offset}-${range.offset + range.length - 1}`;
    return this.#call({ operation: 'get', key, signal }, async (deadline) => {
      try {
        const command = new GetObjectCommand({ ...this.#object(key), Range });
        const answer = await this.#client.send(command, { abortSignal: deadline.signal });
        deadline.restart(this.#allowed(answer.ContentLength ?? 0));
        const bytes = await this.#read(key, answer);
        // A server that does not know ranges answers with everything.
        const isWhole = range !== undefined && answer.$metadata.httpStatusCode === 200;
        return isWhole ? bytes.subarray(range.offset, range.offset + range.length) : bytes;
      } catch (error) {
        if (nameOf(error) === 'NoSuchKey') return null;
        if (statusOf(error) === 416) return Buffer.alloc(0);
        throw error;
      }
    });
  }

  async stat(key: string, options: { signal?: AbortSignal } = {}): Promise<BlobInfo | null> {
    checkKey(key);
    const found = await this.#head(key, options.signal);
    if (found !== null) return found;
    // Such an answer has no body that says what is missing; it may be the bucket. That of a get has.
    if ((await this.get(key, { ...options, range: { offset: 0, length: 1 } })) === null) return null;
    return this.#head(key, options.signal); // Written at this very moment.
  }

  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<BlobInfo> {
    checkPrefix(prefix);
    const { signal } = options;
    let after: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await this.#call(
        { operation: 'list', key: prefix, signal },
        (deadline) => {
          const where = { Bucket: this.#bucket, Prefix: this.#prefix + prefix, ContinuationToken: after };
          return this.#client.send(new ListObjectsV2Command(where), { abortSignal: deadline.signal });
        },
      );
      // A sign-in page that a network puts in between can be read as a listing of nothing.
      if (page.IsTruncated === undefined) throw unreachable(`${this.name}: list ${prefix}`, 'not a listing');
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        const key = Key.slice(this.#prefix.length);
        signal?.throwIfAborted();
        if (isKey(key)) yield { key, bytes: Size, modifiedAt: LastModified }; // Else not one of ours.
      }
      after = page.NextContinuationToken;
      if (page.IsTruncated && !after) throw unreachable(`${this.name}: list ${prefix}`, 'a listing broke off');
    } while (after);
  }

  async delete(key: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key);
    await this.#call({ operation: 'delete', key, signal: options.signal }, async (deadline) => {
      const command = new DeleteObjectCommand(this.#object(key));
      await this.#client.send(command, { abortSignal: deadline.signal }).catch((error: unknown) => {
        if (nameOf(error) !== 'NoSuchKey') throw error;
      });
    });
  }

  /** Closes its connections; not needed for a process to end. */
  close(): void {
    this.#client.destroy();
  }

  async #putBytes(key: string, bytes: Uint8Array, ifAbsent: boolean, signal?: AbortSignal): Promise<boolean> {
    const put = (): Promise<boolean> =>
      this.#call({ operation: 'put', key, bytes: bytes.length, signal }, async (deadline) => {
        const body = { Body: bytes, ContentLength: bytes.length, ...(ifAbsent ? { IfNoneMatch: '*' } : {}) };
        const command = new PutObjectCommand({ ...this.#object(key), ...body });
        return this.#confirmed(key, this.#client.send(command, { abortSignal: deadline.signal }));
      });
    const written = await put();
    if (!ifAbsent) return true;
    // The object just written must refuse the same put again: proven once for a server.
    if (written && !this.#keepsConditions && (await put())) {
      const hint =
        'Use an S3 server with conditional writes (If-None-Match), or a folder: without them two may own one.';
      throw new LeadMasterError('store_denied', `${this.name}: the server overwrites what it was told to keep.`, hint);
    }
    this.#keepsConditions = true;
    return written;
  }

  /**
   * A large conditional body goes in one request: servers exist that check the condition there and not at the end of an
   * upload in parts.
   */
  async #putStream(key: string, source: BlobSource, signal?: AbortSignal): Promise<boolean> {
    return this.#call({ operation: 'put', key, bytes: source.length, signal }, async (deadline) => {
      const Body = Readable.from(exactly(key, source));
      // The client pipes a body without listening for its errors: one would end the process, and the request never.
      const broken = new AbortController();
      Body.on('error', (error) => broken.abort(error));
      const command = new PutObjectCommand({
        ...{ ...this.#object(key), Body, ContentLength: source.length, IfNoneMatch: '*' },
      });
      const abortSignal = AbortSignal.any([deadline.signal, broken.signal]);
      try {
        return await this.#confirmed(key, this.#client.send(command, { abortSignal }));
      } catch (error) {
        broken.signal.throwIfAborted();
        throw error;
      } finally {
        Body.destroy(); // Lets go of what it reads from, when it was not read to its end.
      }
    });
  }

  async #putParts(key: string, body: Uint8Array | BlobSource, signal?: AbortSignal): Promise<void> {
    const call: Call = (bytes, until, work) =>
      this.#call({ operation: 'put', key, bytes, signal: until }, (deadline) => work(deadline.signal));
    const before = new Date(Date.now() - this.#staleUploadMs);
    this.#sweeping ??= abandonUploads(this.#client, { bucket: this.#bucket, prefix: this.#prefix, before, call });
    await this.#sweeping;
    const to = { bucket: this.#bucket, objectKey: this.#prefix + key, partBytes: this.#partBytes };
    await uploadInParts(this.#client, { ...to, key, body, signal, call });
    // Not every server says at the end what it has put together (some give no ETag): look.
    const found = await this.#head(key, signal);
    if (found?.bytes === body.length) return;
    const said = found === null ? 'is not there' : `has ${found.bytes} bytes`;
    const hint = 'Look at the server: it confirmed the upload. Was the object replaced by another machine meanwhile?';
    throw new LeadMasterError('store_damaged', `${this.name}: ${key} of ${body.length} bytes ${said}.`, hint);
  }

  /** Whether a put was done; a conditional one may come too late. */
  async #confirmed(key: string, sent: Promise<PutObjectCommandOutput>): Promise<boolean> {
    try {
      if ((await sent).ETag) return true;
      throw unreachable(`${this.name}: put ${key}`, 'the put was not confirmed as S3 does');
    } catch (error) {
      if (statusOf(error) === 412) return false;
      throw error;
    }
  }

  #head(key: string, signal?: AbortSignal): Promise<BlobInfo | null> {
    return this.#call({ operation: 'stat', key, signal }, async (deadline) => {
      try {
        const found = await this.#client.send(new HeadObjectCommand(this.#object(key)), {
          abortSignal: deadline.signal,
        });
        return { key, bytes: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? new Date(0) };
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    });
  }

  /** The body of an answer, which has the length that was announced or is an error. */
  async #read(key: string, answer: GetObjectCommandOutput): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.Body as Readable) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
    if (answer.ContentLength !== undefined && bytes !== answer.ContentLength) {
      throw unreachable(
        `${this.name}: get ${key}`,
        `the answer broke off after ${bytes} of ${answer.ContentLength} bytes`,
      );
    }
    return Buffer.concat(chunks, bytes);
  }

  /** One request: ended by its deadline or the caller, its errors ours. */
  async #call<T>(task: Task, work: (deadline: Deadline) => Promise<T>, isSecond = false): Promise<T> {
    task.signal?.throwIfAborted();
    const deadline = new Deadline(this.#allowed(task.bytes ?? 0), task.signal);
    try {
      return await work(deadline);
    } catch (error) {
      task.signal?.throwIfAborted();
      const where = { store: this.name, bucket: this.#bucket, operation: task.operation, key: task.key };
      if (deadline.passed) {
        throw unreachable(`${this.name}: ${task.operation} ${task.key}`, `none within ${deadline.allowedMs / 1000} s`);
      }
      // The client has read the server's clock from this refusal and signs by it from now on.
      if (nameOf(error) === 'RequestTimeTooSkewed' && !isSecond) return await this.#call(task, work, true);
      throw s3Error(error, where);
    } finally {
      deadline.clear();
    }
  }

  #allowed(bytes: number): number {
    return this.#deadlineMs + Math.ceil((bytes / SLOWEST_BYTES_PER_SECOND) * 1000);
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}
