import { fromBase64, toBase64 } from './base64.js';
import { drift } from './drifts.js';
import { line } from './line.js';
import { Model } from './models.js';

/**
 * Media: prepared and uploaded before the message is made, downloaded by what the message says. Nothing is encrypted:
 * the keys are there, but unused.
 */

/** `WAWebMediaOpaqueData`. */
export class OpaqueData {
  #blob;
  #url = null;

  constructor(blob, mimetype) {
    this.#blob = mimetype && blob.type !== mimetype ? new Blob([blob], { type: mimetype }) : blob;
  }

  static async createFromData(blob, mimetype) {
    return new OpaqueData(blob, mimetype);
  }

  get name() {
    return this.#blob.name;
  }

  get type() {
    return this.#blob.type;
  }

  get size() {
    return this.#blob.size;
  }

  arrayBuffer() {
    return this.#blob.arrayBuffer();
  }

  url() {
    this.#url ??= URL.createObjectURL(this.#blob);
    return this.#url;
  }

  formData() {
    return this.#blob;
  }

  autorelease() {}
}

/** A medium on its way into a message. Libraries spread it into the message, with all fields of its own. */
class MediaData extends Model {
  static attributes = [
    ...['type', 'mimetype', 'filehash', 'size', 'filename', 'preview', 'mediaBlob', 'renderableUrl', 'mediaStage'],
    ...['caption', 'isViewOnce', 'isGif', 'waveform', 'clientUrl', 'deprecatedMms3Url', 'directPath', 'mediaKey'],
    ...['mediaKeyTimestamp', 'encFilehash', 'uploadhash', 'streamingSidecar', 'firstFrameSidecar', 'mediaHandle'],
  ];
  static session = ['mediaBlob', 'mediaStage'];

  constructor(values) {
    super(values);
    if (drift('media-id')) this.__x_id = undefined;
  }
}

/** `WAWebPrepRawMedia.prepRawMedia`. */
export function prepRawMedia(opaque, { asDocument, isPtt, asGif } = {}) {
  return {
    async waitForPrep() {
      const filehash = await sha256(await opaque.arrayBuffer());
      const type = asDocument ? 'document' : typeOf(opaque.type, isPtt);
      mediaObject(filehash).blob = opaque;
      const values = { type, mimetype: opaque.type, filehash, size: opaque.size, filename: opaque.name };
      return new MediaData({ ...values, mediaBlob: opaque, preview: '', isGif: asGif, mediaStage: 'RESOLVED' });
    },
  };
}

function typeOf(mimetype, isPtt) {
  const kind = mimetype.split('/')[0];
  if (kind === 'audio') return isPtt ? 'ptt' : 'audio';
  return kind === 'image' || kind === 'video' ? kind : 'document';
}

const objects = new Map();

/** `WAWebMediaStorage.getOrCreateMediaObject`. */
export function mediaObject(filehash) {
  const known = objects.get(filehash);
  if (known) return known;
  const made = { filehash, contentInfo: {}, consolidate: (values) => Object.assign(made, values) };
  objects.set(filehash, made);
  return made;
}

const blobs = new Map();

/** `WAWebMediaInMemoryBlobCache.InMemoryMediaBlobCache`. */
export const blobCache = {
  put: (filehash, blob) => blobs.set(filehash, blob),
  get: (filehash) => blobs.get(filehash),
};

/** `WAWebMediaMmsV4Upload.uploadMedia`. */
export async function uploadMedia({ mediaObject: medium }) {
  const bytes = new Uint8Array(await medium.blob.arrayBuffer());
  const directPath = await line.wire.call({ t: 'media_put', data: toBase64(bytes) });
  const encFilehash = await sha256(new TextEncoder().encode(directPath));
  const mmsUrl = `https://mmg.whatsapp.net${directPath}`;
  const mediaKey = toBase64(crypto.getRandomValues(new Uint8Array(32)));
  const mediaKeyTimestamp = Math.floor(Date.now() / 1000);
  const mediaEntry = { mmsUrl, deprecatedMms3Url: mmsUrl, directPath, mediaKey, mediaKeyTimestamp };
  return { mediaEntry: { ...mediaEntry, encFilehash, uploadHash: encFilehash } };
}

/** `WAWebDownloadManager.downloadManager`. */
export const downloadManager = {
  async downloadAndMaybeDecrypt({ directPath, mimetype, filehash, downloadQpl }) {
    if (drift('download-mimetype') && typeof mimetype !== 'string') {
      throw new TypeError("Cannot read properties of undefined (reading 'startsWith')");
    }
    downloadQpl.addAnnotations({}).addPoint('start');
    const data = await line.wire.call({ t: 'media_get', directPath });
    if (data === null) throw Object.assign(new Error('media not found'), { status: 404 });
    const bytes = fromBase64(data);
    if (filehash && (await sha256(bytes)) !== filehash) throw new Error('media hash mismatch');
    return bytes.buffer;
  },
};

async function sha256(bytes) {
  return toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
