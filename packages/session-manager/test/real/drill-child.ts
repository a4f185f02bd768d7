import { BrowserFinder } from '../../src/engine/browser/browser-finder.ts';
import { createDrillBrowser } from '../../src/engine/drill/drill-browser.ts';
import { networkNamespace } from '../../src/engine/drill/namespace.ts';

/** Reads the given copy as the current user, and prints the result. */
const [folder = ''] = process.argv.slice(2);
const drill = createDrillBrowser({ browsers: new BrowserFinder(null) });
const reading = await drill.read(folder, AbortSignal.timeout(60_000));
process.stdout.write(
  JSON.stringify({ uid: process.getuid?.(), reading, isolated: (await networkNamespace()) !== null }),
);
