/** Starts a browser that outlives it (no pipe), prints its identity, and waits to be killed. Arguments: browser, profile. */
import { spawn } from 'node:child_process';
import { bootId, identify } from '@leadmaster/capture/processes';
import { flags, listening } from './browsers.ts';

const [path = '', profileDir = ''] = process.argv.slice(2);
const child = spawn(path, flags(profileDir), { detached: true, stdio: 'ignore' });
const identity = identify(child.pid ?? 0);
await listening(profileDir);
console.log(JSON.stringify({ ...identity, bootId: bootId(), profileDir, session: 'a' }));
setInterval(() => {}, 1000);
