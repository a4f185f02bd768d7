/** Makes a file, keeps it open, and says so. Argument: its path. */
import { openSync, writeSync } from 'node:fs';

const fd = openSync(process.argv[2] ?? '', 'w');
writeSync(fd, 'open');
console.log('open');
setInterval(() => {}, 1000);
