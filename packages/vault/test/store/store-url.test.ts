import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { parseStoreUrl, storeUrl } from '../../src/store/store-url.ts';

const s3 = (change: object): object => ({
  kind: 's3',
  bucket: 'backups',
  prefix: '',
  endpoint: null,
  region: null,
  ...change,
});

describe("a store's URL", () => {
  test.each([
    ['file:/backups/leadmaster', { kind: 'folder', path: '/backups/leadmaster' }],
    ['file:///backups/leadmaster/', { kind: 'folder', path: '/backups/leadmaster' }],
    ['file:/with%20space/100%25', { kind: 'folder', path: '/with space/100%' }],
    ['file:vault', { kind: 'folder', path: '/base/vault' }],
    ['file:./data/vault', { kind: 'folder', path: '/base/data/vault' }],
    ['file:../vault', { kind: 'folder', path: '/vault' }],
    ['s3://backups', s3({})],
    ['s3://backups/', s3({})],
    ['s3://backups/lead/Master/', s3({ prefix: 'lead/Master' })],
    ['s3://backups?region=eu-central-1', s3({ region: 'eu-central-1' })],
    [
      's3://backups/x?endpoint=https://s3.example.com:9000&region=us-east-1',
      s3({ prefix: 'x', endpoint: 'https://s3.example.com:9000', region: 'us-east-1' }),
    ],
    ['s3://backups?endpoint=http%3A%2F%2F127.0.0.1%3A9000%2F', s3({ endpoint: 'http://127.0.0.1:9000' })],
  ])('%s', (url, location) => {
    const parsed = parseStoreUrl(url, '/base');
    expect(parsed).toEqual(location);
    expect(parseStoreUrl(storeUrl(parsed), '/elsewhere')).toEqual(parsed);
  });

  test.each([
    ['', 'it is empty'],
    ['/backups', 'it has no scheme'],
    ['https://host/bucket', '"https:" is no kind of store'],
    ['C:\\backups', '"C:" is no kind of store'],
    ['file:', 'it names no folder'],
    ['file://', 'it names no folder'],
    ['file://host/backups', 'a folder is on this machine'],
    ['file:/a?b', 'a folder has no ?'],
    ['file:/a%zz', 'a % is written %25'],
    ['s3://', 'the bucket is not'],
    ['s3://AB', 'the bucket is not'],
    ['s3://has_underscore', 'the bucket is not'],
    ['s3://host:9000/bucket', 'a bucket has no port'],
    ['s3://backups/a//b', 'the prefix is not'],
    ['s3://backups/a%20b', 'the prefix is not'],
    ['s3://backups#x', 'it has a #'],
    ['s3://backups?zone=x', 'only endpoint and region'],
    ['s3://backups?region=a&region=b', 'region is given twice'],
    ['s3://backups?region=a%20b', 'the region is not a word'],
    ['s3://backups?endpoint=s3.example.com', 'the endpoint is not an http(s) URL'],
    ['s3://backups?endpoint=https://s3.example.com/path', 'without a path'],
    ['s3://AKIDEXAMPLE:hunter2secret@backups/x', 'credentials do not belong into it'],
    ['s3://backups?endpoint=https://AKIDEXAMPLE:hunter2secret@host', 'credentials do not belong into the endpoint'],
    ['s3://backups?AWS_SECRET_ACCESS_KEY=hunter2secret', 'only endpoint and region'],
  ])('%s is refused: %s', (url, why) => {
    let refusal: unknown;
    try {
      parseStoreUrl(url, '/base');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(LeadMasterError);
    const { message, hint, code } = refusal as LeadMasterError;
    expect(code).toBe('invalid_request');
    expect(message).toContain(why);
    expect(hint).toContain('s3://bucket/prefix');
    expect(message + hint).not.toContain('hunter2');
    expect(message + hint).not.toContain('AKIDEXAMPLE');
  });
});
