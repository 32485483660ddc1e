/** Node's SHA-256, as another hash that the conformance tests run with. */
import { hash } from "node:crypto"
import { nobleSha256, type Sha256 } from "../../src/hash/Hash.ts"
import { fastSha256 } from "../../src/hash/Sha256Batch.ts"

/** "binary" is Latin-1: a string of 32 characters costs a third of what a buffer does. */
export const nodeSha256: Sha256 = (message) => {
  const digest = Buffer.allocUnsafe(32)
  digest.write(hash("sha256", message, "binary"), "latin1")
  return digest
}

export const hashes: ReadonlyArray<readonly [name: string, hash: Sha256]> = [
  ["noble", nobleSha256],
  ["node", nodeSha256],
  ["noble, many at once", fastSha256]
]
