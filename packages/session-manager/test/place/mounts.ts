import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sh } from './installation.ts';

/** Whether this user can make a file system in a file and mount it. */
export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-mount-'));
  const at = join(folder, 'at');
  try {
    mkdirSync(at);
    execFileSync('mount', ['-o', 'loop', makeImage(folder, 'disk'), at], { stdio: 'ignore' });
    execFileSync('umount', [at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file with an ext4 in it. */
export function diskImage(folder: string, name = 'disk'): string {
  return makeImage(folder, name);
}

/** Mounts it, and resolves to what ends that: said once, or at the end of the test. */
export function mount(source: string, at: string, option = '-oloop'): () => void {
  mkdirSync(at, { recursive: true });
  sh('mount', option, source, at);
  let isMounted = true;
  const end = (): void => {
    if (isMounted) sh('umount', at);
    isMounted = false;
  };
  onTestFinished(end);
  return end;
}

function makeImage(folder: string, name: string): string {
  const file = join(folder, `${name}.img`);
  writeFileSync(file, '');
  truncateSync(file, 64_000_000);
  execFileSync('mkfs.ext4', ['-q', '-F', file], { stdio: 'ignore' });
  return file;
}
