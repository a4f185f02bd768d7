const CODES: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'];

/** Whether the answer to a hard link is that there is none to be had there: vfat, many network disks, many FUSE file systems. */
export function cannotLink(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CODES.includes(error.code);
}
