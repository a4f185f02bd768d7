/** What was read is not what LevelDB wrote. The message says where, for people. */
export class Damaged extends Error {
  override name = 'Damaged';
}
