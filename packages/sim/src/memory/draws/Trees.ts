/** The trees of locked draws, in memory. */
import type { Sha256 } from "@ddd/core/hash/Hash"
import { nodeHash } from "@ddd/core/proof/Merkle"

/** The hashes of all complete subtrees, by level. */
export const treeOf = (sha256: Sha256, leaves: ReadonlyArray<Uint8Array>): ReadonlyArray<ReadonlyArray<Uint8Array>> => {
  const levels = [leaves]
  for (let below = leaves; below.length > 1;) {
    const level: Array<Uint8Array> = []
    for (let i = 0; i + 1 < below.length; i += 2) level.push(nodeHash(sha256, below[i]!, below[i + 1]!))
    levels.push(level)
    below = level
  }
  return levels
}
