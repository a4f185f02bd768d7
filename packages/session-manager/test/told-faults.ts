/**
 * What stores have written in this process that is not as stated. Apart from the setup file, which runs once for each test
 * file: the stores that one file has loaded are those of the next in the same process, and tell their faults here.
 */
export const FAULTS: string[] = [];
