import { FaultyBlobStore } from '@leadmaster/testkit';
import { blobStoreContract } from '@leadmaster/testkit/blob-store-contract';
import { ByteRate } from '../../src/store/byte-rate.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { RetryStore } from '../../src/store/retry-store.ts';
import { ThrottleStore } from '../../src/store/throttle-store.ts';

const fast = { up: new ByteRate(2e9), down: new ByteRate(2e9) };

blobStoreContract('a store in memory', { open: async () => ({ store: new MemoryStore() }) });

blobStoreContract('a quiet faulty store', { open: async () => ({ store: new FaultyBlobStore(new MemoryStore()) }) });

blobStoreContract('a store that is tried again and throttled', {
  open: async () => ({ store: new RetryStore(new ThrottleStore(new MemoryStore(), fast)) }),
  broken: [
    {
      name: 'unreachable for good',
      code: 'store_unreachable',
      open: async () => {
        const inner = new FaultyBlobStore(new MemoryStore()).plan({ what: 'fail', times: 1000 });
        return new RetryStore(new ThrottleStore(inner, fast), { attempts: 3, firstPauseMs: 1 });
      },
    },
  ],
});
