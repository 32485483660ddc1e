/**
 * Records signed with the log's Ed25519 keys.
 *
 * Every living key signs every note, so that a verifier which pinned any of them keeps verifying while keys rotate
 * (docs/fairness.md, "Keys rotate").
 */
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { formatNote, formatVerifierKey, keyId, signedBytes } from "@ddd/core/proof/Note"
import { Effect, Layer, Redacted, Result } from "effect"
import { sign } from "node:crypto"
import { ed25519FromSeed, type Ed25519Key } from "./Ed25519.ts"
import { KeysUnusable } from "./KeysUnusable.ts"
import { nodeSha256 } from "./NodeSha256.ts"

export interface RecordSignerConfig {
  /** LOG_ORIGIN: the name of all keys, e.g. `draws.example.com`. */
  readonly origin: string
  /** LOG_SIGNING_KEYS: seeds of 32 bytes in base64url, by comma, the oldest first. */
  readonly signingKeys: Redacted.Redacted
}

export const layer = ({ origin, signingKeys }: RecordSignerConfig): Layer.Layer<RecordSigner, KeysUnusable> =>
  Layer.effect(
    RecordSigner,
    Effect.gen(function*() {
      const keys = yield* Effect.fromResult(readKeys(signingKeys))
      const vkeys = yield* Effect.try({
        try: () => keys.map(({ publicBytes }) => formatVerifierKey(nodeSha256, origin, publicBytes)),
        catch: () =>
          new KeysUnusable({ variable: "LOG_ORIGIN", reason: "must have no spaces, no + and at least one character" })
      })
      const signers = keys.map(({ privateKey, publicBytes }) => ({
        id: keyId(nodeSha256, origin, publicBytes),
        signatureOf: (message: Uint8Array) => new Uint8Array(sign(null, message, privateKey))
      }))
      return RecordSigner.of({
        vkeys,
        sign: (text) =>
          Effect.sync(() => {
            const message = signedBytes(text)
            return formatNote(
              text,
              signers.map(({ id, signatureOf }) => ({ name: origin, id, signature: signatureOf(message) }))
            )
          })
      })
    })
  )

const readKeys = (signingKeys: Redacted.Redacted): Result.Result<ReadonlyArray<Ed25519Key>, KeysUnusable> => {
  const unusable = (reason: string) => Result.fail(new KeysUnusable({ variable: "LOG_SIGNING_KEYS", reason }))
  const seeds = Redacted.value(signingKeys).split(",")
  if (new Set(seeds).size < seeds.length) return unusable("the same key stands there twice")
  const keys: Array<Ed25519Key> = []
  for (const [index, seed] of seeds.entries()) {
    const key = ed25519FromSeed(seed)
    if (key === undefined) return unusable(`entry ${index + 1} is not 32 bytes in base64url`)
    keys.push(key)
  }
  return Result.succeed(keys)
}
