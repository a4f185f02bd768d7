import { randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Radosgw, type S3User } from '@leadmaster/testkit/radosgw';
import { S3Store, type S3StoreOptions } from '../../src/store/s3-store.ts';

/** A real S3 server with a bucket, for one test file. */
export class TestBucket {
  readonly server: Radosgw;
  readonly user: S3User;
  readonly bucket: string;
  readonly #client: S3Client;

  private constructor(server: Radosgw, user: S3User, bucket: string) {
    this.server = server;
    this.user = user;
    this.bucket = bucket;
    this.#client = new S3Client({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: user,
      forcePathStyle: true,
    });
  }

  static async start(): Promise<TestBucket> {
    const server = await Radosgw.start();
    try {
      return await new TestBucket(server, await server.createUser(), 'vault').#create();
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Another bucket, of a user of its own. */
  async another(user: S3User): Promise<TestBucket> {
    return new TestBucket(this.server, user, `b${randomBytes(6).toString('hex')}`).#create();
  }

  /** A store at a place of its own in the bucket, unless told where. */
  store(options: Partial<S3StoreOptions> = {}): S3Store {
    return new S3Store({
      endpoint: this.server.endpoint,
      bucket: this.bucket,
      prefix: `p${randomBytes(6).toString('hex')}`,
      credentials: this.user,
      ...options,
    });
  }

  /** Keys of uploads that were begun and neither completed nor removed. */
  async openUploads(): Promise<string[]> {
    const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket }));
    return Uploads.map(({ Key = '' }) => Key);
  }

  /** An upload as a crash leaves it. */
  async beginUpload(key: string): Promise<void> {
    await this.#client.send(new CreateMultipartUploadCommand({ Bucket: this.bucket, Key: key }));
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.server.stop();
  }

  async #create(): Promise<this> {
    await this.#client.send(new CreateBucketCommand({ Bucket: this.bucket }));
    return this;
  }
}
