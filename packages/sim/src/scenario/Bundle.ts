/** A draw's proof bundle, put together from the ports as the API does, and what a verifier says of it. */
import { Draws } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { encodeHeader } from "@ddd/core/proof/Proof"
import { verifyBundle, type VerifyOptions } from "@ddd/core/proof/Verifier"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import type { DrawId } from "@ddd/core/values/Ids"
import { Effect, Stream } from "effect"
import { present } from "./Steps.ts"

/** The bytes of the bundle, in chunks. The draw must exist. */
const bundleOf = Effect.fnUntraced(function*(id: DrawId) {
  const { chain, drawId, lines, notes } = present(yield* (yield* Draws).proof(id))
  const vkey = present((yield* RecordSigner).vkeys[0])
  return [encodeHeader({ drawId, vkey, ...notes, chain }), ...yield* Stream.runCollect(lines)].map(utf8Bytes)
})

/** The verdict on a draw's bundle, under the log's keys. */
export const verdictOf = Effect.fnUntraced(function*(id: DrawId, options: VerifyOptions = {}) {
  const { sha256 } = yield* Sealing
  const keys = (yield* RecordSigner).vkeys.map((vkey) => present(parseVerifierKey(sha256, vkey)))
  const bundle = yield* bundleOf(id)
  return yield* Effect.promise(() => verifyBundle(sha256, bundle, { keys, ...options }))
})
