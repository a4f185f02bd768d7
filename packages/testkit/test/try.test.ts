import { test } from 'vitest';
import { startTestManager } from '../src/index.ts';
test('x', async () => {
  for (let i = 0; i < 4; i++) {
    let t = performance.now();
    const lap = (w: string) => { const n = performance.now(); console.log(w, Math.round(n - t)); t = n; };
    const m = await startTestManager();
    lap('start');
    for (const s of ['STOPPED','LINKED','INITIALIZING','QR_REQUIRED','RECONNECTING','READY','PASSKEY_REQUIRED','DISCONNECTED_BANNED','WRONG_ACCOUNT','ERROR','MOVED','UNCLAIMED'] as const) {
      try { const r = await m.stage.given(s.toLowerCase().replaceAll('_','-'), s); lap(s + ' ' + r.reason); } catch (e) { lap('FAILED ' + s + ' ' + e) }
    }
    try { const s = await m.context.snapshots.create('ready', { reason: 'requested' }); lap('snap ' + s.bytes);
    await m.context.snapshots.verify('ready', s.id, { drill: true }).then((r) => console.log(JSON.stringify(r))); lap('verify'); } catch (e) { lap('FAILED ' + e) }
    await m.close(); lap('close');
    if (i === 0) console.log(m.logLines.filter(l => JSON.parse(l).level >= 40).join('\n').slice(0, 3000));
  }
});
