/** The hash that everything here is verified with. */
import type { Sha256 } from "@ddd/core/Hash"
import { makeBatchSha256 } from "@ddd/core/Sha256Batch"
import { hash } from "node:crypto"

const batch = makeBatchSha256()
const digest = Buffer.allocUnsafeSlow(32)

const one = (message: Uint8Array): Uint8Array => {
  // Node hands out a latin1 string ("binary") far sooner than a buffer
  digest.write(hash("sha256", message, "binary"), "binary")
  return new Uint8Array(digest)
}

/** Single messages by Node, many at once by the batch. */
export const sha256: Sha256 = Object.assign(one, { many: batch })
