/** The environment of this process itself, which those that it starts get: for what has to change it. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
