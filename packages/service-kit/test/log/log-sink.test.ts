import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SINK = fileURLToPath(new URL('../../src/log/log-sink.ts', import.meta.url));

/** Runs a module with `sink` on its standard output; what it says on standard error, and what a reader of the output gets. */
async function withSink(code: string, shell: string): Promise<{ out: string; err: string }> {
  const module = `import { LogSink } from ${JSON.stringify(SINK)};
    const sink = new LogSink(1, (count) => 'lost ' + count + '\\n');
    const line = 'x'.repeat(999) + '\\n';
    ${code}`;
  const child = spawn('sh', ['-c', shell], { env: { ...process.env, NODE: process.execPath, CODE: module } });
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { out: out.join(''), err: err.join('') };
}

const RUN = '"$NODE" --input-type=module -e "$CODE"';

test('a slow reader gets every line, whole and in order', async () => {
  const { out } = await withSink(
    `for (let i = 0; i < 300; i++) sink.write(String(i).padEnd(999, '.') + '\\n');
     await sink.flush(5000);`,
    `${RUN} | { sleep 0.5; cat; }`,
  );
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(300);
  expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(lines.map((_line, i) => i));
});

test('beyond the limit lines are dropped and counted, and the reader is told', async () => {
  const { out, err } = await withSink(
    `for (let i = 0; i < 1000; i++) sink.write(line);
     await sink.flush(5000);
     process.stderr.write(String(sink.dropped));`,
    `${RUN} | { sleep 0.5; cat; }`,
  );
  const dropped = Number(err);
  expect(dropped).toBeGreaterThan(500);
  const lines = out.trimEnd().split('\n');
  expect(lines.at(-1)).toBe(`lost ${dropped}`);
  expect(lines).toHaveLength(1000 - dropped + 1);
});

test('a reader that has gone costs lines and no time', async () => {
  const { err } = await withSink(
    `await new Promise((resolve) => setTimeout(resolve, 300));
     for (let i = 0; i < 1000; i++) sink.write(line);
     await sink.flush(5000);
     process.stderr.write(String(sink.dropped));`,
    `${RUN} | true`,
  );
  expect(Number(err)).toBe(1000);
});

test('leaves the pipe as others on it have it', async () => {
  const { out } = await withSink(
    `const { readFileSync } = await import('node:fs');
     const flags = readFileSync('/proc/self/fdinfo/1', 'latin1').match(/flags:\\s+(\\d+)/)[1];
     sink.write((Number.parseInt(flags, 8) & 0o4000) + '\\n');
     await sink.flush(1000);`,
    `${RUN} | cat`,
  );
  expect(out).toBe('0\n');
});
