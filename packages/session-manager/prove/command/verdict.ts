/** How a proof ended. */
export interface Verdict {
  /** All of it, for `--json`. */
  report: object;
  /** The same in words. */
  lines: readonly string[];
  /** What was not as it must be; empty when all is well. */
  failures: readonly string[];
}

/** Tells how a proof ended, and ends with 1 when anything was not as it must be. */
export function tellVerdict(json: boolean, { report, lines, failures }: Verdict): void {
  if (json) console.log(JSON.stringify(report));
  else for (const line of [...lines, ...failures.map((failure) => `FAILED ${failure}`)]) console.log(line);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
