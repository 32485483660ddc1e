/**
 * Sentry: what the log calls an error is also told there (SENTRY_DSN), by its envelope protocol, one POST each.
 *
 * An event has the line's own words without what may be somebody's, the kinds of the errors and the places in our sources, and the ids of
 * request and trace, by which the whole is found in the log. It has no word of an error itself: those may repeat anything. At most 60 are
 * sent a minute, one after the other; 20 wait, and what is beyond is dropped.
 */
import { Cause, Effect, Logger, LogLevel, Redacted, References } from "effect"
import { randomUUID } from "node:crypto"
import { tagOf } from "../TagOf.ts"
import { makeAllowance } from "./Allowance.ts"
import { countFailed, post } from "./Post.ts"
import { withoutPersons } from "./WithoutPersons.ts"

const eventsPerMinute = 60
const waitingMax = 20
const framesMax = 50
/** How long the end of the process waits for what is still to be sent. */
const lastWords = "1 second"

/** Where events go, of a DSN. */
export interface Destination {
  readonly url: URL
  readonly key: string
}

/** Reads `https://KEY@host/PROJECT`; undefined where it is none. */
export const readDsn = (dsn: string): Destination | undefined => {
  if (!URL.canParse(dsn)) return undefined
  const { host, pathname, protocol, username } = new URL(dsn)
  const [, folder = "", project] = /^(.*)\/(\d+)$/.exec(pathname) ?? []
  if (!/^https?:$/.test(protocol) || project === undefined || !/^\w+$/.test(username)) return undefined
  return { url: new URL(`${protocol}//${host}${folder}/api/${project}/envelope/`), key: username }
}

const frameForm = /^\s+at (?:(?:async )?(.*?) \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/

/** The places of a stack, as Sentry has them: the outermost first, paths from the project's folder on. */
const framesOf = (stack: string) =>
  stack.split("\n").flatMap((line) => {
    const [, name, file, lineno, colno] = frameForm.exec(line) ?? []
    if (file === undefined) return []
    const filename = file.replace(/^.*\/(?=packages\/|node_modules\/)/, "")
    return [{ function: name ?? "?", filename, lineno: Number(lineno), colno: Number(colno) }]
  }).slice(0, framesMax).toReversed()

const kindForm = /^[\w./@-]{1,100}$/

const kindOf = (error: unknown): string => {
  const name = tagOf(error) ?? (error instanceof Error ? error.name : typeof error)
  return kindForm.test(name) ? name : "Error"
}

const exceptionsOf = (cause: Cause.Cause<unknown>) =>
  cause.reasons.flatMap((reason) => {
    if (Cause.isInterruptReason(reason)) return []
    const error: unknown = Cause.isFailReason(reason) ? reason.error : reason.defect
    const frames = error instanceof Error ? framesOf(error.stack ?? "") : []
    return [{ type: kindOf(error), ...(frames.length === 0 ? {} : { stacktrace: { frames } }) }]
  })

const idForm = /^[\w.:-]{1,64}$/

/** An annotation of a line that is an id. */
const idIn = (annotations: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = annotations[name]
  return typeof value === "string" && idForm.test(value) ? value : undefined
}

/** The line's own words: the first of what was logged, where it is a text. */
const wordsOf = (message: unknown): string => {
  const first: unknown = Array.isArray(message) ? message[0] : message
  return typeof first === "string" ? withoutPersons(first) : "an error was logged"
}

/** Causes and errors that were logged as the parts of a message. */
const causeOf = ({ cause, message }: Logger.Options<unknown>): Cause.Cause<unknown> => {
  if (cause.reasons.length > 0) return cause
  const error: unknown = Array.isArray(message) ? message.find((part) => part instanceof Error) : undefined
  return error === undefined ? cause : Cause.die(error)
}

/** A line of the log as an envelope with one event. */
const envelopeOf = (options: Logger.Options<unknown>, release: string, environment: string): string => {
  const { date, fiber, logLevel, message } = options
  const annotations = fiber.getRef(References.CurrentLogAnnotations)
  const eventId = randomUUID().replaceAll("-", "")
  const requestId = idIn(annotations, "requestId")
  const traceId = idIn(annotations, "traceId")
  const event = {
    event_id: eventId,
    timestamp: date.getTime() / 1_000,
    platform: "node",
    level: logLevel === "Fatal" ? "fatal" : "error",
    logger: "ddd",
    release,
    environment,
    message: { formatted: wordsOf(message) },
    exception: { values: exceptionsOf(causeOf(options)) },
    tags: {
      ...(requestId === undefined ? {} : { requestId }),
      ...(traceId === undefined ? {} : { traceId })
    }
  }
  const header = { event_id: eventId, sent_at: date.toISOString() }
  return [header, { type: "event" }, event].map((part) => JSON.stringify(part)).join("\n")
}

/** Sends envelopes one by one. */
class Reports {
  readonly #destination: Destination
  readonly #waiting: Array<string> = []
  readonly #headers: Readonly<Record<string, string>>
  readonly #mayTellMore = makeAllowance(eventsPerMinute, 60_000)
  #sending: Promise<void> | undefined

  constructor(destination: Destination, client: string) {
    this.#destination = destination
    this.#headers = {
      "content-type": "application/x-sentry-envelope",
      "x-sentry-auth": `Sentry sentry_version=7, sentry_client=${client}, sentry_key=${destination.key}`
    }
  }

  /** Makes and sends an envelope, unless there are too many. */
  offer(make: () => string): void {
    if (this.#waiting.length >= waitingMax || !this.#mayTellMore()) return countFailed("sentry")
    this.#waiting.push(make())
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
  }

  /** Resolves once nothing waits. */
  async done(): Promise<void> {
    await this.#sending
  }

  async #sendAll(): Promise<void> {
    for (let envelope = this.#waiting.shift(); envelope !== undefined; envelope = this.#waiting.shift()) {
      try {
        const status = await post(this.#destination.url, this.#headers, envelope)
        if (status >= 300) countFailed("sentry")
      } catch {
        countFailed("sentry")
      }
    }
  }
}

/** Tells what is logged as an error, beside whatever else logs, until the scope closes. */
export const layer = (dsn: Redacted.Redacted, version: string, environment: string) =>
  Logger.layer([
    Effect.gen(function*() {
      const destination = readDsn(Redacted.value(dsn))
      if (destination === undefined) return yield* Effect.die(new Error("SENTRY_DSN was read before"))
      const reports = new Reports(destination, `ddd/${version}`)
      yield* Effect.addFinalizer(() =>
        Effect.promise(() => reports.done()).pipe(Effect.interruptible, Effect.timeout(lastWords), Effect.ignore)
      )
      return Logger.make((options) => {
        if (LogLevel.isLessThan(options.logLevel, "Error")) return
        reports.offer(() => envelopeOf(options, version, environment))
      })
    })
  ], { mergeWithExisting: true })
