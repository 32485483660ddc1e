/** Where a bundle's bytes come from: a file, a URL or stdin. */
import { bundleContentType } from "@ddd/core/proof/Proof"
import type { VerifySource } from "@ddd/core/proof/Verifier"
import { createReadStream, statSync } from "node:fs"
import { ask } from "./Answer.ts"

export interface Bundle {
  readonly bytes: VerifySource
  /** In bytes; 0 where it is not known. */
  readonly size: number
}

const chunkBytes = 1 << 20

/** How long a server has to begin to answer. */
const answerMillis = 30_000

/** Opens the source; a server is asked until `stopped` is aborted. Rejects where there is nothing to read. */
export const openSource = async (source: string, stopped?: AbortSignal): Promise<Bundle> => {
  if (source === "-") return { bytes: process.stdin, size: 0 }
  if (!/^https?:\/\//i.test(source)) {
    const { size } = statSync(source)
    return { bytes: createReadStream(source, { highWaterMark: chunkBytes }), size }
  }
  const answer = await ask(source, bundleContentType, answerMillis, stopped)
  if (!answer.ok || answer.bytes === null) {
    answer.drop()
    throw new Error(`the server answered ${answer.status}`)
  }
  return { bytes: answer.bytes, size: Number(answer.headers.get("content-length") ?? 0) }
}

/** Why something could not be read, to stand behind a colon. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if ("code" in error && error.code === "ENOENT") return "there is no such file"
  // what `fetch` says by itself is "fetch failed"
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message
}
