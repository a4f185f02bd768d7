/** What was read is not what LevelDB wrote. The message says where, for a person. */
export class Damaged extends Error {
  override name = 'Damaged';
}
