/**
 * A time for people, the same everywhere: of this machine's clock, with its zone. `2026-11-25 02:00:07 -03:00`. Programs get
 * ISO 8601 in UTC. What is no time stays as it is.
 */
export function localTime(time: string | Date): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return String(time);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  const east = -at.getTimezoneOffset();
  const zone = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${day} ${clock} ${zone}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
