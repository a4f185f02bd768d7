/** One database of a copy, and whether it is whole. */
export interface StructureCheck {
  /** Its path below the profile. */
  name: string;
  ok: boolean;
  detail: string;
}

/** Whether the databases of a profile that nobody writes to would open without loss. */
export interface StructureReport {
  ok: boolean;
  checks: StructureCheck[];
}
