/** The permissions of a mode as chmod takes them: `700`. */
export function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}
