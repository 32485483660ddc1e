/**
 * What servers answer that nobody trusts: read within bounds of time and size, so that none can hold up whoever asks.
 *
 * An answer that is held in memory has so long from the question to its last byte. A bundle is read as it comes, and has that long to
 * begin; from then on it may be waited for as long as it keeps to a pace, and an hour in all. The time that the verifier takes does not count.
 */

/** Bytes a second that a bundle must come with, on the whole. */
const paceBytesMin = 16_384
/** How long a bundle's bytes are waited for in all. */
const bundleMillisMax = 3_600_000
/** Some ninety million tickets. */
const bundleBytesMax = 2 ** 34

export interface Answer {
  readonly url: string
  readonly status: number
  readonly ok: boolean
  readonly headers: Headers
  /** The whole answer as text; rejects where it is longer, or comes too slowly. */
  readonly text: (bytesMax: number) => Promise<string>
  /** Its bytes as they come; rejects where they come too slowly, or without an end. Null where there are none. */
  readonly bytes: AsyncIterable<Uint8Array> | null
  /** Wants no more of it. */
  readonly drop: () => void
}

const tooSlow = (): Error => new Error("it answers too slowly")
const tooLong = (bytesMax: number): Error => new Error(`it answers more than ${bytesMax} bytes`)

/** Asks once. Rejects where nothing begins to come within `answerMillis`, or once `stopped` is aborted. */
export const ask = async (
  url: string,
  accept: string,
  answerMillis: number,
  stopped?: AbortSignal
): Promise<Answer> => {
  const over = new AbortController()
  const within = (millis: number): () => void => {
    const timer = setTimeout(() => over.abort(tooSlow()), Math.max(0, millis))
    return () => clearTimeout(timer)
  }
  const begun = performance.now()
  const stop = (): void => over.abort(stopped?.reason)
  const finish = (): void => {
    stopped?.removeEventListener("abort", stop)
    over.abort()
  }
  stopped?.addEventListener("abort", stop, { once: true })
  if (stopped?.aborted === true) stop()
  const done = within(answerMillis)
  let response: Response
  try {
    response = await fetch(url, { headers: { accept }, signal: over.signal })
  } catch (error) {
    finish()
    throw error
  } finally {
    done()
  }
  const { body } = response

  async function* paced(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = stream.getReader()
    let [read, waited] = [0, 0]
    try {
      for (;;) {
        const atPace = answerMillis + (read / paceBytesMin) * 1000
        const asked = performance.now()
        const came = within(Math.min(bundleMillisMax, atPace) - waited)
        const piece = await reader.read().finally(came)
        waited += performance.now() - asked
        if (piece.done) return
        read += piece.value.length
        if (read > bundleBytesMax) throw tooLong(bundleBytesMax)
        yield piece.value
      }
    } finally {
      finish()
    }
  }

  return {
    url: response.url,
    status: response.status,
    ok: response.ok,
    headers: response.headers,
    text: async (bytesMax) => {
      const came = within(answerMillis - (performance.now() - begun))
      const chunks: Array<Uint8Array> = []
      let length = 0
      try {
        for await (const chunk of body ?? []) {
          length += chunk.length
          if (length > bytesMax) throw tooLong(bytesMax)
          chunks.push(chunk)
        }
      } finally {
        came()
        finish()
      }
      return Buffer.concat(chunks).toString("utf8")
    },
    bytes: body === null ? null : paced(body),
    drop: finish
  }
}
