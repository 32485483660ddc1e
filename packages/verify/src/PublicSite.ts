/**
 * What a lottery's server shows to anyone (docs/api.md, "Lottery"), read over HTTP.
 *
 * The server is not trusted: of what it answers only the shape that is used here is taken, and no answer that is held in memory may
 * be larger than it can be.
 */
import { bundleContentType } from "@ddd/core/proof/Proof"
import { type Day, parseDay } from "@ddd/core/values/Instant"
import { setTimeout } from "node:timers/promises"
import { reasonOf } from "./Source.ts"
import { WrongUsage } from "./WrongUsage.ts"

/** The server did not answer, or not with what it has to. */
export class Unanswered extends Error {
  override readonly name = "Unanswered"
}

/** A draw as the server tells of it. */
export interface ToldDraw {
  readonly drawDate: Day
  readonly id: string
  readonly status: string
  readonly totalEntries: number
  readonly winningTicketId: string | null
}

/** The signed notes of a draw, as far as they are shown. */
export interface ShownNotes {
  readonly open: string
  readonly lock: string | null
  readonly result: string | null
}

export interface PublicSite {
  readonly proofUrl: (day: Day) => string
  /** A page of the draws that are over, newest first. */
  readonly history: (cursor: string | null) => Promise<{
    readonly items: ReadonlyArray<ToldDraw>
    readonly nextCursor: string | null
  }>
  /** The draw on sale; null where there is none now. */
  readonly current: () => Promise<ToldDraw | null>
  /** The bytes of a draw's bundle; null where there is no draw of the day. */
  readonly proof: (day: Day) => Promise<AsyncIterable<Uint8Array> | null>
  /** A draw's records; null where there is no draw of the day. */
  readonly records: (day: Day) => Promise<ShownNotes | null>
  /** The log's verifier keys, one a line. */
  readonly vkeys: () => Promise<string>
}

/** How often it is asked before it counts as unanswered, and how long it is waited for. */
export interface Patience {
  readonly attempts: number
  readonly pauseMillis: number
  readonly answerMillis: number
}

const patient: Patience = { attempts: 4, pauseMillis: 250, answerMillis: 30_000 }

const answerBytesMax = 4 << 20
/** A longer wait than this that a server asks for is not granted. */
const retryAfterSecondsMax = 60

const isRetried = (status: number): boolean => status === 429 || status >= 500

/** What the server asks to be waited for, or twice as long each time. */
const pauseBefore = (response: Response | undefined, attempt: number, { pauseMillis }: Patience): number => {
  const asked = Number(response?.headers.get("retry-after") ?? Number.NaN)
  return asked >= 0 && asked <= retryAfterSecondsMax ? asked * 1000 : pauseMillis * 2 ** attempt
}

const textOf = async (response: Response): Promise<string> => {
  const chunks: Array<Uint8Array> = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > answerBytesMax) throw new Unanswered(`${response.url} answers more than ${answerBytesMax} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

const toldDraw = (value: unknown): ToldDraw | undefined => {
  if (!isObject(value)) return undefined
  const { drawDate, id, status, totalEntries, winningTicketId } = value
  const day = typeof drawDate === "string" ? parseDay(drawDate) : undefined
  if (day === undefined || typeof id !== "string" || typeof status !== "string") return undefined
  if (typeof totalEntries !== "number" || (winningTicketId !== null && typeof winningTicketId !== "string")) {
    return undefined
  }
  return { drawDate: day, id, status, totalEntries, winningTicketId }
}

const isNote = (value: unknown): value is string | null => value === null || typeof value === "string"

const shownNotes = (value: unknown): ShownNotes | undefined => {
  if (!isObject(value)) return undefined
  const { lock, open, result } = value
  return typeof open === "string" && isNote(lock) && isNote(result) ? { open, lock, result } : undefined
}

/** The address of a server, from what was written. Throws `WrongUsage`. */
const baseOf = (text: string): string => {
  if (!/^https?:\/\/[^/?#]+/i.test(text) || !URL.canParse(text)) {
    throw new WrongUsage(`${text} is not the address of a server, such as https://draws.example.com.`)
  }
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname.replace(/\/+$/, "")}`
}

/** The server at `address`. Throws `WrongUsage` where that is none; what is asked rejects with `Unanswered`. */
export const publicSite = (address: string, patience: Patience = patient): PublicSite => {
  const base = baseOf(address)

  /** Asks, again where that may help; a status among `taken` is an answer like any other. */
  const ask = async (path: string, accept: string, taken: ReadonlyArray<number> = []): Promise<Response> => {
    const url = `${base}${path}`
    for (let attempt = 0;; attempt++) {
      let response: Response | undefined
      let why: string
      try {
        // the time is for the beginning of the answer: a bundle may take as long as it takes
        const patienceOver = new AbortController()
        const timer = globalThis.setTimeout(() => patienceOver.abort(), patience.answerMillis)
        try {
          response = await fetch(url, { headers: { accept }, signal: patienceOver.signal })
        } finally {
          clearTimeout(timer)
        }
        if (taken.includes(response.status) || !isRetried(response.status)) return response
        why = `it answered ${response.status}`
      } catch (error) {
        why = reasonOf(error)
      }
      if (attempt + 1 >= patience.attempts) {
        if (response !== undefined) return response
        throw new Unanswered(`${url} cannot be read: ${why}.`)
      }
      await response?.body?.cancel()
      await setTimeout(pauseBefore(response, attempt, patience))
    }
  }

  const unanswered = (response: Response, path: string): Unanswered =>
    new Unanswered(`${base}${path} cannot be read: it answered ${response.status}.`)

  /** Reads JSON of a shape; null for the statuses of `none`. */
  const read = async <A>(
    path: string,
    shape: (value: unknown) => A | undefined,
    none: ReadonlyArray<number>
  ): Promise<A | null> => {
    const response = await ask(path, "application/json", none)
    if (none.includes(response.status)) {
      await response.body?.cancel()
      return null
    }
    if (!response.ok) throw unanswered(response, path)
    let value: A | undefined
    try {
      value = shape(JSON.parse(await textOf(response)))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw new Unanswered(`${base}${path} cannot be read: ${reasonOf(error)}.`)
    }
    if (value === undefined) throw new Unanswered(`${base}${path} is not what a lottery's server answers there.`)
    return value
  }

  return {
    proofUrl: (day) => `${base}/lottery/draws/${day}/proof`,
    history: async (cursor) => {
      const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
      const page = await read(`/lottery/draw-history?limit=100${after}`, (value) => {
        if (!isObject(value) || !Array.isArray(value["items"]) || !isNote(value["nextCursor"])) return undefined
        const items = value["items"].map(toldDraw)
        return items.every((item) => item !== undefined) ? { items, nextCursor: value["nextCursor"] } : undefined
      }, [])
      return page ?? { items: [], nextCursor: null }
    },
    // 503: between two draws nothing is on sale
    current: () => read("/lottery/current-draw", toldDraw, [404, 503]),
    proof: async (day) => {
      const path = `/lottery/draws/${day}/proof`
      const response = await ask(path, bundleContentType)
      if (response.status === 404) {
        await response.body?.cancel()
        return null
      }
      if (!response.ok || response.body === null) throw unanswered(response, path)
      return response.body
    },
    records: (day) => read(`/lottery/draws/${day}/records`, shownNotes, [404]),
    vkeys: async () => {
      const response = await ask("/log/vkey", "text/plain")
      if (!response.ok) throw unanswered(response, "/log/vkey")
      return await textOf(response)
    }
  }
}
