/** The commitment to a draw's seed, published before the first ticket is sold (docs/fairness.md, "Records"). */
import type { Sha256 } from "../hash/Hash.ts"
import { concat, equalBytes, lengthPrefixed, utf8Bytes } from "../values/Bytes.ts"
import type { DrawId } from "../values/Ids.ts"

const domain = utf8Bytes("ddd/commit/v1\n")

/**
 * H("ddd/commit/v1\n" ‖ lp(drawId) ‖ seed).
 *
 * The domain keeps it apart from the outcome's hash: a commitment says nothing about who will win. `seed` has 32 bytes.
 */
export const commit = (hash: Sha256, drawId: DrawId, seed: Uint8Array): Uint8Array =>
  hash(concat(domain, lengthPrefixed(drawId), seed))

/** Whether `seed` is what `commitment` was made of. */
export const opens = (hash: Sha256, drawId: DrawId, seed: Uint8Array, commitment: Uint8Array): boolean =>
  equalBytes(commit(hash, drawId, seed), commitment)
