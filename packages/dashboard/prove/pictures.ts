/**
 * The pictures of the documents, taken from the demo: `docs/pictures/*.png`, each at most 150 kB.
 *
 *     npm run pictures
 *
 * It starts a demo on a temporary data folder, waits until its clients stand, takes the pictures and ends all of it. Ends with 1 where a
 * picture is too large.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '@leadmaster/service-kit/settings';
import { DemoService } from './demo/service.ts';
import { takePictures } from './demo/take-pictures.ts';
import { launchBrowser } from './demo/window.ts';

const MAX_BYTES = 150_000;

const folder = mkdtempSync(join(tmpdir(), 'leadmaster-pictures-'));
const into = join(CHECKOUT, 'docs', 'pictures');
mkdirSync(into, { recursive: true });
try {
  const demo = await DemoService.start({ checkout: CHECKOUT, folder, language: 'en' });
  const browser = await launchBrowser();
  try {
    for await (const { file, bytes } of takePictures({ demo, browser, into })) {
      console.log(`${file}  ${Math.round(bytes / 1000)} kB`);
      if (bytes <= MAX_BYTES) continue;
      console.error(`${file} is larger than ${MAX_BYTES / 1000} kB.`);
      process.exitCode = 1;
    }
  } finally {
    await browser.close();
    await demo.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
