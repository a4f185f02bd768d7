/**
 * The seed of every short slice of a proof in `npm test`: the same each time, so that a red run is a change's own fault.
 * New seeds are for the proofs, which are run at any size; `LEADMASTER_SEED` gives the slices another one.
 */
export const SLICE_SEED = Number(process.env.LEADMASTER_SEED ?? 20_261_130);
