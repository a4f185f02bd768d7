import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './lib.mjs';

/**
 * Counts every test once and keeps what the operator must know of it. A failure is printed at once, so that a run that is cut
 * short has told it. The parent process reads the count as the last message; a run that dies before its end sends none,
 * which counts as a failure there.
 */
export default class CountingReporter {
  #began = performance.now();

  onTestCaseResult(test) {
    const failure = failureOf(test);
    if (failure !== null) this.#tell('FAILED', failure);
    const first = firstFailureOf(test);
    if (first !== null) this.#tell('UNSTEADY', first);
  }

  onTestSuiteResult(suite) {
    for (const failure of suiteFailures(suite)) this.#tell('FAILED', failure);
  }

  onTestModuleEnd(module) {
    for (const failure of moduleFailures(module)) this.#tell('FAILED', failure);
  }

  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: 0, skipped: 0, skips: [], unsteady: [], failures: [] };
    const fail = (failures) => {
      count.failed += failures.length;
      count.failures.push(...failures);
    };
    const outside = unhandledErrors.map(outsideFailure);
    for (const failure of outside) this.#tell('FAILED', failure);
    fail(outside);
    count.slowest = slowest(modules);
    for (const module of modules) {
      fail(moduleFailures(module));
      for (const test of module.children.allTests()) {
        const failure = failureOf(test);
        if (failure !== null) fail([failure]);
        else this.#add(count, test);
      }
      for (const suite of module.children.allSuites()) fail(suiteFailures(suite));
    }
    process.send?.(count);
  }

  /** On a line of its own, between the dots of another reporter. */
  #tell(what, failure) {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    process.stdout.write(`\n${what} after ${seconds} s  ${failure}\n`);
  }

  #add(count, test) {
    const { state, note } = test.result();
    if (state === 'passed') {
      count.passed++;
      const first = firstFailureOf(test);
      if (first !== null) count.unsteady.push(first);
      return;
    }
    count.skipped++;
    count.skips.push(`${nameOf(test)}: ${note ?? 'no reason given'}`);
  }
}

function nameOf({ module, fullName }) {
  return `${relative(ROOT, module.moduleId)} > ${fullName}`;
}

/** Why a test failed; null for one that passed or was skipped. */
function failureOf(test) {
  const { state, errors = [] } = test.result();
  if (state === 'passed' || state === 'skipped') return null;
  // Also "pending": a test that never came to its end has not passed.
  return `${nameOf(test)}: ${errors.map(firstLines).join('; ') || state}`;
}

/** Why a test that passed at its second try failed at its first; null for every other. */
function firstFailureOf(test) {
  if (test.diagnostic()?.flaky !== true) return null;
  return `${nameOf(test)}: ${(test.result().errors ?? []).map(firstLines).join('; ')}`;
}

/** A hook that fails has no test to its name. */
function suiteFailures(suite) {
  return suite.errors().map((error) => `${nameOf(suite)}: ${firstLines(error)}`);
}

/** Nor has a file that cannot be loaded. */
function moduleFailures(module) {
  return module.errors().map((error) => `${relative(ROOT, module.moduleId)}: ${firstLines(error)}`);
}

function outsideFailure(error) {
  const { VITEST_TEST_PATH: path, VITEST_TEST_NAME: name } = error;
  const near = path === undefined ? '' : ` (${relative(ROOT, path)}${name === undefined ? '' : ` > ${name}`})`;
  return `outside any test${near}: ${error.message ?? error}`;
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
