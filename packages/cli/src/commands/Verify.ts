/**
 * `ddd verify`: checks a proof bundle, from a file, a URL or stdin, without trusting whoever made it.
 *
 * It needs no configuration, no database and, for a file, no network (FAIRNESS.md, "What a verifier checks").
 */
import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import { unreadable, type Verdict } from "@ddd/core/Verdict"
import { verifyBundle, type VerifyOptions, type VerifySource } from "@ddd/core/Verifier"
import { Effect } from "effect"
import { createReadStream, statSync } from "node:fs"
import type { ExitCode } from "../ExitCode.ts"
import { print, printJson } from "../terminal/Output.ts"
import { type Progress, progress } from "../terminal/Progress.ts"
import { verdictText } from "./VerdictText.ts"
import { type VerifyFlags, verifyOptionsOf } from "./VerifyOptions.ts"

interface Bundle {
  readonly bytes: VerifySource
  /** In bytes; 0 where it is not known. */
  readonly size: number
}

const chunkBytes = 1 << 20

/** Opens the source. Rejects where there is nothing to read. */
const open = async (source: string): Promise<Bundle> => {
  if (source === "-") return { bytes: process.stdin, size: 0 }
  if (!/^https?:\/\//i.test(source)) {
    const { size } = statSync(source)
    return { bytes: createReadStream(source, { highWaterMark: chunkBytes }), size }
  }
  const response = await fetch(source, { headers: { accept: "application/x-ndjson" } })
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`)
  return { bytes: response.body, size: Number(response.headers.get("content-length") ?? 0) }
}

/** The bytes of a bundle, shown on a bar as they are read. */
async function* shown({ bytes }: Bundle, bar: Progress): AsyncIterable<Uint8Array> {
  let read = 0
  for await (const chunk of bytes) {
    read += chunk.length
    bar.at(read)
    yield chunk
  }
}

/** A smaller bundle is verified before a bar is seen. */
const barBytesMin = 16 * chunkBytes

const sentence = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if ("code" in error && error.code === "ENOENT") return "there is no such file"
  // what `fetch` says by itself is "fetch failed"
  return error.cause instanceof Error ? error.cause.message : error.message
}

const judge = (source: string, options: VerifyOptions): Effect.Effect<Verdict> =>
  Effect.gen(function*() {
    const bundle = yield* Effect.tryPromise({ try: () => open(source), catch: sentence })
    const bytes = bundle.size < barBytesMin
      ? bundle.bytes
      : shown(bundle, yield* progress(bundle.size, "verifying"))
    return yield* Effect.promise(() => verifyBundle(nodeSha256, bytes, options))
  }).pipe(
    Effect.scoped,
    Effect.catch((why) => Effect.succeed(unreadable(`${source} cannot be read: ${why}.`)))
  )

/** Verifies the bundle at `source`: a path, an http(s) URL, or `-` for stdin. */
export const verify = Effect.fn("ddd verify")(function*(source: string, flags: VerifyFlags) {
  const options = yield* verifyOptionsOf(flags)
  const verdict = yield* judge(source, options)
  yield* flags.json === true ? printJson(verdict) : print(verdictText(verdict))
  const code: ExitCode = verdict.exit
  return code
})
