import { afterEach, expect, test, vi } from 'vitest';
import { readOwnIdentity } from '../../../src/engine/wwebjs/page/account.ts';

afterEach(() => vi.unstubAllGlobals());

/** Reads in a page whose module of the own user is this; null: the page has none of that name. */
function read(module: Record<string, () => unknown> | null) {
  vi.stubGlobal('require', () => {
    if (module === null) throw new Error('Requiring unknown module');
    return module;
  });
  return readOwnIdentity();
}

const lid = { getMaybeMeLidUser: () => ({ user: '123', server: 'lid' }) };
const device = { getMaybeMeDevicePn: () => '5491100000001:12@c.us' };
const broken = () => {
  throw new Error('renamed');
};

test.each([
  ['both', { ...lid, ...device }, { lid: '123@lid', device: 12 }],
  ['a device with a field', { ...lid, getMaybeMeDevicePn: () => ({ device: 7 }) }, { lid: '123@lid', device: 7 }],
  ['the phone itself', { ...lid, getMaybeMeDevicePn: () => '549:0@c.us' }, { lid: '123@lid', device: null }],
  ['no LID', { getMaybeMeLidUser: () => null, ...device }, { lid: null, device: 12 }],
  ['a LID that cannot be read', { getMaybeMeLidUser: broken, ...device }, { lid: null, device: 12 }],
  ['a device that cannot be read', { ...lid, getMaybeMeDevicePn: broken }, { lid: '123@lid', device: null }],
  ['functions of other names', {}, { lid: null, device: null }],
  ['no such module', null, { lid: null, device: null }],
])('of a page that tells %s, who is linked is read in one call', (_, module, identity) => {
  expect(read(module)).toEqual(identity);
});
