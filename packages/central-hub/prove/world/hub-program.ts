import { runCentralHub } from '../../src/index.ts';

/** A hub as a process of its own, with a lease of so many seconds. It ends with the process that started it. */
const [leaseSeconds = ''] = process.argv.slice(2);

process.on('disconnect', () => process.exit(1));
await runCentralHub({ env: process.env, version: '0.0.0', leaseSeconds: Number(leaseSeconds) });
process.send?.('runs');
