/** What a finished command tells the shell. Scripts rely on these. */
export const EXIT = {
  done: 0,
  /** The answer is no, or the operation failed. */
  failed: 1,
  usage: 2,
  notFound: 3,
  wrongState: 4,
  notAllowed: 5,
  unreachable: 6,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code for a problem of this HTTP status. */
export function exitCodeOfStatus(status: number): ExitCode {
  switch (status) {
    case 400:
      return EXIT.usage;
    case 401:
    case 403:
      return EXIT.notAllowed;
    case 404:
      return EXIT.notFound;
    case 409:
      return EXIT.wrongState;
    default:
      return EXIT.failed;
  }
}
