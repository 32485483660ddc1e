/** The verifier, beside the page: it reads a bundle as it comes, in memory that hardly grows, and reports. */
import type { BundleRecords } from "@ddd/core/proof/Proof"
import { verifyBundle } from "@ddd/core/proof/Verifier"
import { open } from "../api/Server.ts"
import type { Claims, Report, Request, Source } from "./Messages.ts"
import { verifierHash } from "./VerifierHash.ts"
import { verifyOptionsOf } from "./VerifyInput.ts"

/** How often the page is told how far it is, and may say something itself. Milliseconds. */
const reportInterval = 100

/** Lets messages of the page in: a stream that has its pieces at hand would keep them out. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

type Opened =
  | { readonly ok: true; readonly body: ReadableStream<Uint8Array> }
  | { readonly ok: false; readonly detail: string }

const openSource = async (source: Source, signal: AbortSignal): Promise<Opened> => {
  if (source._tag === "File") return { ok: true, body: source.file.stream() }
  const answer = await open(source.path, signal)
  if (!answer.ok) return { ok: false, detail: answer.refusal.detail }
  const { body } = answer.value
  return body === null ? { ok: false, detail: "The server answered nothing." } : { ok: true, body }
}

/** The pieces of a stream. Safari's own streams cannot be iterated. */
async function* pieces(body: ReadableStream<Uint8Array>, signal: AbortSignal, count: (bytes: number) => void) {
  const reader = body.getReader()
  let turnBegan = performance.now()
  try {
    for (;;) {
      if (performance.now() - turnBegan > reportInterval) {
        await nextTurn()
        turnBegan = performance.now()
      }
      signal.throwIfAborted()
      const { done, value } = await reader.read()
      if (done) return
      count(value.length)
      yield value
    }
  } finally {
    // where the verifier has stopped reading, nothing more need come
    void reader.cancel().catch(() => {})
  }
}

const claimsOf = ({ end, header, lock, open }: BundleRecords): Claims => ({
  drawId: header.drawId,
  day: open.record.date,
  commitment: open.record.commitment,
  chainHash: open.record.beacon?.chainHash ?? null,
  lock: header.lock === null || lock === null
    ? null
    : { note: header.lock, entries: lock.record.entries, pool: lock.record.pool },
  winner: end?.record.type === "result" ? end.record.winner : null,
  key: header.vkey
})

const verify = async (
  { input, run, source }: Extract<Request, { readonly _tag: "Verify" }>,
  signal: AbortSignal
): Promise<void> => {
  const report = (message: Report): void => {
    if (!signal.aborted) postMessage(message)
  }
  const options = verifyOptionsOf(input)
  if ("field" in options) return report({ run, _tag: "Refused", ...options })
  report({ run, _tag: "Begun" })
  const opened = await openSource(source, signal)
  if (!opened.ok) return report({ run, _tag: "Unavailable", detail: opened.detail })

  let [bytes, tickets, reportedAt] = [0, 0, 0]
  const progress = (): void => {
    const now = performance.now()
    if (now - reportedAt < reportInterval) return
    reportedAt = now
    report({ run, _tag: "Progress", tickets, bytes })
  }
  const counted = pieces(opened.body, signal, (length) => {
    bytes += length
    progress()
  })
  const verdict = await verifyBundle(verifierHash, counted, {
    ...options,
    onRecords: (records, findings) => report({ run, _tag: "Records", claims: claimsOf(records), findings }),
    onProgress: (count) => {
      tickets = count
      progress()
    }
  })
  report({ run, _tag: "Done", verdict })
}

let running = new AbortController()

addEventListener("message", ({ data }: MessageEvent<Request>) => {
  running.abort()
  if (data._tag === "Stop") return
  running = new AbortController()
  void verify(data, running.signal)
})
