/**
 * What a lottery's server shows to anyone (docs/api.md, "Lottery"), read over HTTP.
 *
 * The server is not trusted: of what it answers only the shape that is used here is taken, and no answer that is held in memory may
 * be larger than it can be.
 */
import { bundleContentType } from "@ddd/core/proof/Proof"
import { type Day, parseDay } from "@ddd/core/values/Instant"
import { setTimeout } from "node:timers/promises"
import { type Answer, ask } from "./Answer.ts"
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

/** How often it is asked before it counts as unanswered, and how long a whole answer is waited for. */
export interface Patience {
  readonly attempts: number
  readonly pauseMillis: number
  readonly answerMillis: number
}

const patient: Patience = { attempts: 4, pauseMillis: 250, answerMillis: 30_000 }

/** A page of the history takes the most, 30 kB. */
const jsonBytesMax = 1 << 20
const keysBytesMax = 1 << 16
/** Of a text that is no more than told: names, states. */
const toldCharactersMax = 100
const cursorCharactersMax = 1_000
/** A longer wait than this that a server asks for is not granted. */
const retryAfterSecondsMax = 60

const isRetried = (status: number): boolean => status === 429 || status >= 500

/** What the server asks to be waited for, or twice as long each time. */
const pauseBefore = (response: Answer | undefined, attempt: number, { pauseMillis }: Patience): number => {
  const asked = Number(response?.headers.get("retry-after") ?? Number.NaN)
  return asked >= 0 && asked <= retryAfterSecondsMax ? asked * 1000 : pauseMillis * 2 ** attempt
}

type JsonObject = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null

const isTold = (value: unknown): value is string => typeof value === "string" && value.length <= toldCharactersMax

/** Undefined where it is no JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const toldDraw = (value: unknown): ToldDraw | undefined => {
  if (!isObject(value)) return undefined
  const { drawDate, id, status, totalEntries, winningTicketId } = value
  const day = typeof drawDate === "string" ? parseDay(drawDate) : undefined
  if (day === undefined || !isTold(id) || !isTold(status)) return undefined
  if (typeof totalEntries !== "number" || (winningTicketId !== null && !isTold(winningTicketId))) return undefined
  return { drawDate: day, id, status, totalEntries, winningTicketId }
}

const isNote = (value: unknown): value is string | null => value === null || typeof value === "string"

const isCursor = (value: unknown): value is string | null =>
  value === null || (typeof value === "string" && value.length <= cursorCharactersMax)

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

/**
 * The server at `address`, until `stopped` is aborted. Throws `WrongUsage` where that is none; what is asked rejects with `Unanswered`.
 */
export const publicSite = (address: string, patience: Patience = patient, stopped?: AbortSignal): PublicSite => {
  const base = baseOf(address)

  /** Asks, again where that may help; a status among `taken` is an answer like any other. */
  const askAgain = async (path: string, accept: string, taken: ReadonlyArray<number> = []): Promise<Answer> => {
    const url = `${base}${path}`
    for (let attempt = 0;; attempt++) {
      let answer: Answer | undefined
      let why: string
      try {
        answer = await ask(url, accept, patience.answerMillis, stopped)
        if (taken.includes(answer.status) || !isRetried(answer.status)) return answer
        why = `it answered ${answer.status}`
      } catch (error) {
        why = reasonOf(error)
      }
      if (attempt + 1 >= patience.attempts || stopped?.aborted === true) {
        if (answer !== undefined) return answer
        throw new Unanswered(`${url} cannot be read: ${why}.`)
      }
      answer?.drop()
      await setTimeout(
        pauseBefore(answer, attempt, patience),
        undefined,
        stopped === undefined ? {} : { signal: stopped }
      )
        .catch(() => undefined)
    }
  }

  /** The text of an answer. */
  const textOf = async (answer: Answer, path: string, bytesMax: number): Promise<string> => {
    try {
      return await answer.text(bytesMax)
    } catch (error) {
      throw new Unanswered(`${base}${path} cannot be read: ${reasonOf(error)}.`)
    }
  }

  const unanswered = (answer: Answer, path: string): Unanswered => {
    answer.drop()
    return new Unanswered(`${base}${path} cannot be read: it answered ${answer.status}.`)
  }

  /** Reads JSON of a shape; null for the statuses of `none`. */
  const read = async <A>(
    path: string,
    shape: (value: unknown) => A | undefined,
    none: ReadonlyArray<number>
  ): Promise<A | null> => {
    const answer = await askAgain(path, "application/json", none)
    if (none.includes(answer.status)) {
      answer.drop()
      return null
    }
    if (!answer.ok) throw unanswered(answer, path)
    const value = shape(parsed(await textOf(answer, path, jsonBytesMax)))
    if (value === undefined) throw new Unanswered(`${base}${path} is not what a lottery's server answers there.`)
    return value
  }

  return {
    proofUrl: (day) => `${base}/lottery/draws/${day}/proof`,
    history: async (cursor) => {
      const after = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`
      const page = await read(`/lottery/draw-history?limit=100${after}`, (value) => {
        if (!isObject(value) || !Array.isArray(value["items"]) || !isCursor(value["nextCursor"])) return undefined
        const items = value["items"].map(toldDraw)
        return items.every((item) => item !== undefined) ? { items, nextCursor: value["nextCursor"] } : undefined
      }, [])
      return page ?? { items: [], nextCursor: null }
    },
    // 503: between two draws nothing is on sale
    current: () => read("/lottery/current-draw", toldDraw, [404, 503]),
    proof: async (day) => {
      const path = `/lottery/draws/${day}/proof`
      const answer = await askAgain(path, bundleContentType)
      if (answer.status === 404) {
        answer.drop()
        return null
      }
      if (!answer.ok || answer.bytes === null) throw unanswered(answer, path)
      return answer.bytes
    },
    records: (day) => read(`/lottery/draws/${day}/records`, shownNotes, [404]),
    vkeys: async () => {
      const answer = await askAgain("/log/vkey", "text/plain")
      if (!answer.ok) throw unanswered(answer, "/log/vkey")
      return await textOf(answer, "/log/vkey", keysBytesMax)
    }
  }
}
