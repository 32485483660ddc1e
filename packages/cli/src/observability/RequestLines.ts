/**
 * A line of the log for each request, as long as they are not too many.
 *
 * Up to a hundred a second each has its line; beyond, one in a hundred, up to another hundred, and the others are counted in a line of their
 * own. Those answered 5xx always have one, up to a hundred more. Lines are made by hand and written a tenth of a second's together: Effect's logger
 * costs as much as all the rest of answering a small request. Where nobody takes what is written, lines are dropped, and counted.
 */
import { count, counter } from "@ddd/core/values/Measure"
import type { RecordRequest, RequestRecord } from "@ddd/http/boundary/RequestRecord"
import { Effect, type Scope } from "effect"

/** Of those that each have a line, of those of which one in so many has one, and of those answered 5xx; in a second. */
const linesMax = 100
const oneOf = 100

const flushMillis = 100
/** What may wait for whoever reads the log, in bytes. */
const unwrittenMax = 1024 * 1024

const leftOut = counter(
  "ddd_log_requests_left_out_total",
  "Requests that have no line in the log, since there were too many."
)

/** Makes the text of a line, with its line feed. Everything in a record is harmless. */
export type TextOf = (record: RequestRecord | { readonly leftOut: number }, at: Date) => string

export interface Sink {
  readonly write: (text: string) => void
  /** Bytes that were written and that nobody has taken. */
  readonly unwritten: () => number
}

const rounded = (millis: number): number => Math.round(millis * 10) / 10

/** As the other lines of production are. */
export const jsonLine: TextOf = (told, at) =>
  `${
    JSON.stringify({
      message: "leftOut" in told ? "more requests were answered in this second" : "request",
      level: "INFO",
      timestamp: at.toISOString(),
      annotations: "leftOut" in told ? { count: told.leftOut } : { ...told, millis: rounded(told.millis) }
    })
  }\n`

/** For people. */
export const plainLine: TextOf = (told, at) => {
  const time = `[${at.toISOString().slice(11, 23)}]`
  if ("leftOut" in told) return `${time} ${told.leftOut} more requests were answered in this second\n`
  const { bytes, method, millis, requestId, route, status } = told
  return `${time} ${method} ${route} ${status} ${rounded(millis)} ms ${bytes ?? "?"} B ${requestId}\n`
}

class Lines {
  readonly #sink: Sink
  readonly #textOf: TextOf
  readonly #now: () => number
  #second = 0
  #others = 0
  #faults = 0
  #leftOut = 0
  #text = ""
  #waiting = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(sink: Sink, textOf: TextOf, now: () => number) {
    this.#sink = sink
    this.#textOf = textOf
    this.#now = now
  }

  record(record: RequestRecord): void {
    this.#turn()
    if (record.status >= 500 ? ++this.#faults > linesMax : !this.#isTold(++this.#others)) {
      this.#leftOut++
      count(leftOut)
    } else this.#add(record)
    this.#timer ??= setTimeout(this.flush, flushMillis)
  }

  /** Whether the so-manieth of this second that no 5xx answered has a line. */
  #isTold(nth: number): boolean {
    return nth <= linesMax || (nth % oneOf === 0 && nth <= linesMax * (oneOf + 1))
  }

  readonly flush = (): void => {
    this.#timer = undefined
    this.#turn()
    // the rest of this second is told once it is over
    if (this.#leftOut > 0) this.#timer = setTimeout(this.flush, flushMillis)
    if (this.#waiting === 0) return
    if (this.#sink.unwritten() > unwrittenMax) count(leftOut, this.#waiting)
    else this.#sink.write(this.#text)
    this.#text = ""
    this.#waiting = 0
  }

  /** Writes what there is. */
  end(): void {
    clearTimeout(this.#timer)
    this.#second = -1
    this.flush()
    clearTimeout(this.#timer)
  }

  #add(told: RequestRecord | { readonly leftOut: number }): void {
    this.#text += this.#textOf(told, new Date())
    this.#waiting++
  }

  /** Begins another second, where it has begun. */
  #turn(): void {
    const second = Math.floor(this.#now() / 1_000)
    if (second === this.#second) return
    this.#second = second
    this.#others = this.#faults = 0
    if (this.#leftOut === 0) return
    this.#add({ leftOut: this.#leftOut })
    this.#leftOut = 0
  }
}

/** What takes note of requests, until the scope closes. */
export const make = (
  sink: Sink,
  textOf: TextOf,
  now: () => number = () => performance.now()
): Effect.Effect<RecordRequest, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Lines(sink, textOf, now)),
      (lines) => Effect.sync(() => lines.end())
    ),
    (lines) => (record) => lines.record(record)
  )
