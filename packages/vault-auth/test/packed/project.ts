import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyInstalled } from './installed.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../../..');

/** A program of a user of the libraries: a folder with a package.json, the tarballs of the libraries installed into it. */
export class Project implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'leadmaster-packed-')));
    await project.#begin();
    return project;
  }

  /** Packs the libraries as the README says, and installs the tarballs without a registry. */
  async install(): Promise<void> {
    const pack = join(ROOT, 'tools/pack/main.ts');
    const { stdout } = await run(process.execPath, [pack, join(this.folder, 'packed')], { cwd: this.folder });
    const tarballs = stdout.trim().split('\n');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];
    // A cache of its own: nothing may come from what was installed here before.
    const alone = ['--offline', '--legacy-peer-deps', '--cache', join(this.folder, 'npm-cache')];
    await run('npm', ['install', ...quiet, ...alone, ...tarballs], { cwd: this.folder });
    // The peer, which is the program's own.
    await symlink(join(ROOT, 'node_modules/whatsapp-web.js'), join(this.folder, 'node_modules/whatsapp-web.js'));
  }

  /** Runs a program of `programs/` and resolves to what it says. */
  async run(node: string, program: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(node, [await this.put(program), ...args], { cwd: this.folder });
    return stdout;
  }

  /** Compiles a program of `programs/` as strictly as there is; resolves to the errors. */
  async compile(program: string): Promise<string> {
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: ['node'] };
    const files = [await this.put(program)];
    await writeFile(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    return run(tsc, ['-p', this.folder]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
  }

  /** Copies a program into the project: it sees only what is installed there. */
  async put(program: string): Promise<string> {
    const path = join(this.folder, program);
    await cp(join(import.meta.dirname, 'programs', program), path);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the tarballs need of others is there already, in the versions of this checkout. */
  async #begin(): Promise<void> {
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const types = { '@types/node': devDependencies['@types/node'] };
    await writeFile(join(this.folder, 'package.json'), JSON.stringify({ private: true, devDependencies: types }));
    const others = ['zod', 'eventsource-parser', 'better-sqlite3', '@aws-sdk/client-s3', '@aws-sdk/lib-storage'];
    copyInstalled([...others, '@types/node'], ROOT, this.folder);
  }
}
