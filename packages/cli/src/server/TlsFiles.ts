/** The certificate and key that the server speaks TLS with: files, which are read again on SIGHUP. */
import { visible, visibleError } from "@ddd/core/values/Visible"
import { readTlsContext, type TlsContext } from "@ddd/http/engine/node/TlsContext"
import { Data, Effect, Result, type Scope } from "effect"
import { readFile } from "node:fs/promises"
import type { Settings } from "../config/Variables.ts"
import { onHangUp } from "./HangUp.ts"

/** The files cannot be read, or are no certificate with its key. */
export class TlsUnusable extends Data.TaggedError("TlsUnusable")<{ readonly message: string }> {}

interface Pair {
  readonly cert: string
  readonly key: string
}

const readPem = (name: "TLS_CERT" | "TLS_KEY", path: string) =>
  Effect.tryPromise({
    try: () => readFile(path),
    catch: (error) =>
      new TlsUnusable({
        message: `${name} cannot be read (${visibleError(error)}): ` +
          "name a file that this account may read."
      })
  })

/** The pair as it stands in its files now. */
export const read = Effect.fn("TlsFiles.read")(function*({ cert, key }: Pair) {
  const context = readTlsContext(yield* readPem("TLS_CERT", cert), yield* readPem("TLS_KEY", key))
  return yield* Effect.fromResult(Result.mapError(context, (why) =>
    new TlsUnusable({
      message: `TLS_CERT and TLS_KEY are no certificate with its key, in PEM and without a passphrase: ${visible(why)}.`
    })))
})

/**
 * What the next connection is encrypted with; undefined where TLS is not spoken. Until the scope closes SIGHUP has the files read again; where
 * they cannot be used, that is logged, and what was read before stays.
 */
export const open = (
  { TLS_CERT: cert, TLS_KEY: key }: Pick<Settings, "TLS_CERT" | "TLS_KEY">
): Effect.Effect<(() => TlsContext) | undefined, TlsUnusable, Scope.Scope> =>
  Effect.gen(function*() {
    if (cert === undefined || key === undefined) return undefined
    let current = yield* read({ cert, key })
    const again = Effect.matchEffect(read({ cert, key }), {
      onSuccess: (next) => {
        current = next
        return Effect.logInfo("The certificate was read again.").pipe(Effect.annotateLogs({ validTo: next.validTo }))
      },
      onFailure: ({ message }) => Effect.logError(`The certificate that was read before stays. ${message}`)
    })
    yield* onHangUp(again)
    return () => current
  })
