import { LeadMasterError } from '@leadmaster/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryStore, readExport } from '../src/index.ts';
import { checkPassphrase, readLine, takePassphraseLine } from '../src/passphrase.ts';
import { expected, file, randomBytes, restored, SESSION, sorted, vaultIn } from './helpers.ts';

const WORDS = 'caballo batería grapa';
const entries = [file('Default/log', randomBytes(1_100_000)), file('Default/text', 'text '.repeat(9_000))];

async function exported(passphrase: string): Promise<Buffer> {
  const vault = await vaultIn(new MemoryStore());
  const { id } = await vault.save(SESSION, entries, { kind: 'full' });
  return Buffer.concat(await Array.fromAsync(vault.exportTo(SESSION, id, { passphrase })));
}

async function* inPieces(bytes: Buffer, size: number, onEnd: () => void = () => {}): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  } finally {
    onEnd();
  }
}

/** A first line with other parameters than those it was written with. */
function lineWith(parameters: string): string {
  return `leadmaster-vault/1 passphrase scrypt ${parameters} ${'0a'.repeat(16)}\n`;
}

describe('an export that a passphrase opens', () => {
  test('goes into another vault, however it is cut into pieces, and however the letters were composed', async () => {
    const bytes = await exported(WORDS);
    expect(bytes.toString('latin1', 0, 40)).toBe('leadmaster-vault/1 passphrase scrypt 17 ');
    const other = await vaultIn(new MemoryStore());
    for (const size of [bytes.length, 997, 80]) {
      const info = await other.importFrom('copied', inPieces(bytes, size), { passphrase: WORDS.normalize('NFD') });
      expect(sorted(await restored(other, info.id, 'copied'))).toEqual(sorted(expected(entries)));
    }
  });

  test('is read to its last byte without a vault', async () => {
    const bytes = await exported(WORDS);
    const found = await readExport(inPieces(bytes, 65_536), { passphrase: WORDS });
    expect(found).toMatchObject({ session: SESSION, snapshot: { kind: 'full', files: 2 } });
    const short = readExport(inPieces(bytes.subarray(0, -1), 65_536), { passphrase: WORDS });
    await expect(short).rejects.toMatchObject({ code: 'store_damaged' });
  });

  test('says that the passphrase is wrong or missing, takes nothing in, and lets go of the stream', async () => {
    const bytes = await exported(WORDS);
    const store = new MemoryStore();
    const vault = await vaultIn(store);
    for (const options of [{ passphrase: `${WORDS}!` }, { passphrase: WORDS.toUpperCase() }, {}]) {
      let ended = false;
      const stream = inPieces(bytes, 300, () => {
        ended = true;
      });
      await expect(vault.importFrom('copied', stream, options)).rejects.toMatchObject({ code: 'passphrase_wrong' });
      expect(ended).toBe(true);
    }
    expect((await vault.list('copied')).snapshots).toEqual([]);
    expect(await Array.fromAsync(store.list('packs/'))).toEqual([]);
  });

  test('is refused before any work when its line asks for too much, or for something else', () => {
    for (const wanted of ['30 8 1', '19 8 1', '17 64 1', '17 8 99', '1 8 1', '0 8 1', '17 0 1', '17 8 0']) {
      expect(() => readLine(lineWith(wanted))).toThrow(expect.objectContaining({ code: 'store_damaged' }));
    }
    expect(() => readLine(lineWith('17 8 1').replace('/1 ', '/2 '))).toThrow(
      expect.objectContaining({ code: 'vault_newer' }),
    );
    expect(readLine(lineWith('17 8 1'))).toMatchObject({ log2N: 17, r: 8, p: 1 });
  });

  test.each(['', 'short', 'eleven char', 'ñ'.repeat(11), 'x'.repeat(1025)])(
    'takes no passphrase such as %j',
    (text) => {
      expect(() => checkPassphrase(text)).toThrow(expect.objectContaining({ code: 'passphrase_refused' }));
    },
  );

  test('of rubbish is refused with our errors only, and without reading far', async () => {
    const begun = fc.constantFrom('', 'leadmaster-vault/1 passphrase ', lineWith('17 8 1').slice(0, 50), 'K\0\0\0\x09');
    await fc.assert(
      fc.asyncProperty(begun, fc.uint8Array({ maxLength: 300 }), fc.nat(60), async (start, rest, size) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        try {
          const { line } = await takePassphraseLine(inPieces(bytes, size + 1));
          expect(line === null ? bytes[0] : line.log2N).toBe(line === null ? 0x4b : 17);
        } catch (error) {
          expect(error).toBeInstanceOf(LeadMasterError);
        }
      }),
      { numRuns: 500 },
    );
    let given = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        given += 16;
        yield Buffer.alloc(16, 'l');
      }
    };
    await expect(takePassphraseLine(endless())).rejects.toMatchObject({ code: 'store_damaged' });
    expect(given).toBeLessThanOrEqual(144);
  });
});
