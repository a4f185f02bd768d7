export { EXIT, type ExitCode } from './exit-codes.ts';
export { type Io, processIo } from './io.ts';
export { runCli } from './program.ts';
