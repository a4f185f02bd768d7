import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './lib.mjs';

/**
 * Counts every test once and keeps what a person must know of it. The parent process reads it as the last message; a
 * run that dies before its end sends none, which counts as a failure there.
 */
export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, skips: [], failures: [] };
    for (const error of unhandledErrors) {
      const { VITEST_TEST_PATH: path, VITEST_TEST_NAME: name } = error;
      const near = path === undefined ? '' : ` (${relative(ROOT, path)}${name === undefined ? '' : ` > ${name}`})`;
      count.failures.push(`outside any test${near}: ${error.message ?? error}`);
    }
    count.slowest = slowest(modules);
    for (const module of modules) {
      const file = relative(ROOT, module.moduleId);
      // A file that cannot be loaded, or a hook that fails, has no test to its name.
      const errors = module.errors();
      count.failed += errors.length;
      count.failures.push(...errors.map((error) => `${file}: ${error.message}`));
      for (const test of module.children.allTests()) this.#add(count, file, test);
      for (const suite of module.children.allSuites()) {
        count.failed += suite.errors().length;
        count.failures.push(...suite.errors().map((error) => `${file} > ${suite.fullName}: ${error.message}`));
      }
    }
    process.send?.(count);
  }

  #add(count, file, test) {
    const { state, note, errors = [] } = test.result();
    const name = `${file} > ${test.fullName}`;
    if (state === 'passed') count.passed++;
    else if (state === 'skipped') {
      count.skipped++;
      count.skips.push(`${name}: ${note ?? 'no reason given'}`);
    } else {
      // Also "pending": a test that never came to its end has not passed.
      count.failed++;
      const why = errors.map(firstLines).join('; ');
      count.failures.push(`${name}: ${why || state}`);
    }
  }
}

/** Enough to know what it was, where only the end of a run is kept. */
function firstLines({ message = '', diff = '' }) {
  const lines = stripVTControlCharacters(`${message}\n${diff}`).split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .slice(0, 20)
    .join('\n    ')
    .slice(0, 1_500);
}

/** The files that took longest, in seconds: where a run that grows too long is to be shortened. */
function slowest(modules) {
  return modules
    .map((module) => ({
      file: relative(ROOT, module.moduleId),
      seconds: Math.round(module.diagnostic().duration / 1000),
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 15);
}
