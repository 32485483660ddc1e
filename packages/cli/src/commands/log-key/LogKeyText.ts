/** The keys of the log, as their public parts. */
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Effect, type Redacted } from "effect"

/** The verifier keys of signing keys, oldest first. */
export const vkeysOf = Effect.fnUntraced(function*(origin: string, signingKeys: Redacted.Redacted) {
  const { layer } = yield* Effect.promise(() => import("@ddd/adapters-crypto/RecordSignerNode"))
  return yield* Effect.map(RecordSigner, ({ vkeys }) => vkeys).pipe(Effect.provide(layer({ origin, signingKeys })))
})
