/** The keys of the log, as their public parts. */
import * as RecordSignerNode from "@ddd/adapters-crypto/RecordSignerNode"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Effect, type Redacted } from "effect"

/** The verifier keys of signing keys, oldest first. */
export const vkeysOf = (origin: string, signingKeys: Redacted.Redacted) =>
  Effect.map(RecordSigner, ({ vkeys }) => vkeys).pipe(
    Effect.provide(RecordSignerNode.layer({ origin, signingKeys }))
  )
