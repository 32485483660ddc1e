/**
 * A relay of drand, over HTTP: version 1 of its API, which every relay speaks.
 *
 * `GET <url>/<chain hash>/public/<round>` tells `{"round", "randomness", "signature"}`. The answer is read strictly and not believed:
 * whoever asks verifies the signature.
 */
import { type BeaconRelay, RelayFailed } from "@ddd/core/ports/BeaconRelays"
import { boundedText } from "@ddd/core/values/BoundedText"
import { fromHex } from "@ddd/core/values/Bytes"
import { Effect, Schema } from "effect"

/** The relays of the League of Entropy, which run drand's chains. */
export const leagueRelays: ReadonlyArray<URL> = [
  "https://api.drand.sh",
  "https://api2.drand.sh",
  "https://api3.drand.sh",
  "https://drand.cloudflare.com"
].map((url) => new URL(url))

/** How long an answer may take, in milliseconds, to its last byte. */
const answerMillisMax = 5_000
/** An answer has some 300 bytes. */
const answerBytesMax = 16 * 1024

const Answer = Schema.fromJsonString(Schema.Struct({ round: Schema.Int, signature: Schema.String }))
const decode = Schema.decodeUnknownEffect(Answer)

const request = async (url: URL, signal: AbortSignal): Promise<string> => {
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } })
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`it answered ${response.status}`)
  }
  return await boundedText(response.body, answerBytesMax, new TextDecoder("utf-8", { fatal: true }))
}

/** What went wrong, in the words of whoever noticed: `fetch` says by itself that it failed. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** The relay at `url`: its scheme and host, and where its API is below them. */
export const make = (url: URL): BeaconRelay => {
  const name = url.host
  const base = url.href.endsWith("/") ? url.href : `${url.href}/`
  const failed = (message: string, cause?: unknown) => new RelayFailed({ relay: name, message, cause })
  return {
    name,
    signatureOf: Effect.fn("RelayDrand.signatureOf")(function*(chainHash, round) {
      const text = yield* Effect.tryPromise({
        try: (signal) => request(new URL(`${chainHash}/public/${round}`, base), signal),
        catch: (error) => failed(reasonOf(error), error)
      }).pipe(
        Effect.timeoutOrElse({
          duration: answerMillisMax,
          orElse: () => Effect.fail(failed(`it did not answer within ${answerMillisMax / 1000} s`))
        })
      )
      const answer = yield* Effect.mapError(decode(text), (error) => failed("what it says is not a round", error))
      if (answer.round !== round) return yield* failed(`it told round ${answer.round} instead`)
      // 48 bytes on G1: 64 at most are looked at
      const signature = answer.signature.length <= 128 && answer.signature.length % 2 === 0
        ? fromHex(answer.signature, answer.signature.length / 2)
        : undefined
      return signature ?? (yield* failed("its signature is not hex"))
    })
  }
}
