/**
 * Notices handed to Expo's push service, which hands them to Apple and Google (docs.expo.dev, "Send notifications with the Expo Push
 * Service").
 *
 * `POST <base>/--/api/v2/push/send` takes up to 100 messages and gives a ticket for each, in their order; `…/push/getReceipts` says a quarter
 * of an hour later what became of them. Answers are read strictly, and none of their words is passed on: of errors only the codes that are
 * known here.
 */
import { messagesAtOnce, PushSender, type WrittenMessage } from "@ddd/core/ports/PushSender"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import type { ReceiptAnswer, SendAnswer } from "@ddd/core/push/Delivery"
import { boundedText } from "@ddd/core/values/BoundedText"
import { Data, Effect, Layer, Redacted, Schema } from "effect"

export interface PushSenderExpoConfig {
  /** EXPO_API_BASE: `https://exp.host`. */
  readonly apiBase: URL
  /** EXPO_ACCESS_TOKEN: what the project asks for where push security is on. */
  readonly accessToken: Redacted.Redacted
}

/** How long an answer may take, in milliseconds, to its last byte. */
const answerMillisMax = 20_000
/** And all of what is sent at once: less than whoever took the messages has them for (`claimMillis`). */
const sendingMillisMax = 90_000
/** The requests of one batch, and the projects that are asked about by themselves where tokens of several are in it. */
const requestsMax = 16
const projectsMax = 3
/** An answer to 100 messages has some 10 kB, to 300 receipts some 30 kB. */
const answerBytesMax = 1024 * 1024

/** A request that is wrong as it is: the same again would be, but its parts may not be. */
class RequestRefused extends Data.TaggedError("RequestRefused")<{
  readonly code: string
  /** The tokens of each project, where it is refused for having those of several. */
  readonly projects: ReadonlyMap<string, ReadonlyArray<string>>
}> {}

/** The access token is not taken: it is wrong, or the tokens that are sent to are of a project that is not its own. */
class AccessRefused extends Data.TaggedError("AccessRefused")<{}> {}

const Details = Schema.Struct({ error: Schema.optionalKey(Schema.NullOr(Schema.String)) })
const Fault = Schema.Struct({ status: Schema.Literal("error"), details: Schema.optionalKey(Schema.NullOr(Details)) })
/** It is asked for by its id, and kept until then. */
const ReceiptId = Schema.String.check(Schema.isPattern(/^[!-~]{1,100}$/u))
const Ticket = Schema.Union([Schema.Struct({ status: Schema.Literal("ok"), id: ReceiptId }), Fault])
const Receipt = Schema.Union([Schema.Struct({ status: Schema.Literal("ok") }), Fault])
// each is read by itself: one that is odd says nothing of the others
const Tickets = Schema.fromJsonString(Schema.Struct({ data: Schema.Array(Schema.Unknown) }))
const Receipts = Schema.fromJsonString(Schema.Struct({ data: Schema.Record(Schema.String, Schema.Unknown) }))
const Projects = Schema.Record(Schema.String, Schema.Array(Schema.String))
const Errors = Schema.fromJsonString(
  Schema.Struct({
    errors: Schema.Array(
      Schema.Struct({ code: Schema.optionalKey(Schema.String), details: Schema.optionalKey(Schema.Unknown) })
    )
  })
)
const decodeTickets = Schema.decodeUnknownEffect(Tickets)
const decodeTicket = Schema.decodeUnknownOption(Ticket)
const decodeReceipts = Schema.decodeUnknownEffect(Receipts)
const decodeReceipt = Schema.decodeUnknownOption(Receipt)
const decodeErrors = Schema.decodeUnknownOption(Errors)
const decodeProjects = Schema.decodeUnknownOption(Projects)

/** What Expo may say is wrong with one message, beside that the device is gone or that it was sent too many. */
const reasons = ["InvalidCredentials", "MessageTooBig", "MismatchSenderId", "ExpoError", "ProviderError"]

const answerOf = (
  { details }: typeof Fault.Type
): Exclude<SendAnswer, { readonly _tag: "Taken" | "ForeignDevice" }> => {
  const code = details?.error ?? ""
  if (code === "DeviceNotRegistered") return { _tag: "UnknownDevice" }
  if (code === "MessageRateExceeded") return { _tag: "Later" }
  return { _tag: "Refused", reason: reasons.includes(code) ? code : "an error that is not known" }
}

const odd = { _tag: "Refused", reason: "an answer that is not known" } as const
const later = { _tag: "Later" } as const

const unavailable = (message: string, cause?: unknown) =>
  new Unavailable({ message: `Expo ${message}`, retryAfter: 10, cause })

const accessRefused = unavailable("refuses EXPO_ACCESS_TOKEN")

const isTooMany = "PUSH_TOO_MANY_EXPERIENCE_IDS"

const messageOf = ({ message, text }: WrittenMessage) => ({
  to: message.device.pushToken,
  title: text.title,
  body: text.body,
  sound: "default",
  priority: "high",
  channelId: "default",
  expiration: Math.floor(message.until / 1_000),
  data: { kind: message.kind, drawId: message.drawId }
})

/**
 * What a refused part is sent in: by project, where it is said whose tokens they are, the largest first, with those of which nothing is said
 * by themselves; else in halves.
 */
const partsOf = (
  part: ReadonlyArray<WrittenMessage>,
  { projects }: RequestRefused
): ReadonlyArray<ReadonlyArray<WrittenMessage>> => {
  const projectOf = new Map([...projects].flatMap(([project, tokens]) => tokens.map((token) => [token, project])))
  const groups = [...Map.groupBy(part, ({ message }) => projectOf.get(message.device.pushToken)).values()]
  if (groups.length > 1) return groups.toSorted((a, b) => b.length - a.length).slice(0, projectsMax)
  const half = Math.ceil(part.length / 2)
  return [part.slice(0, half), part.slice(half)]
}

const make = ({ accessToken, apiBase }: PushSenderExpoConfig) => {
  const post = Effect.fnUntraced(function*(path: string, body: unknown) {
    const { status, text } = yield* Effect.tryPromise({
      try: async (signal) => {
        const response = await fetch(new URL(`/--/api/v2/push/${path}`, apiBase), {
          method: "POST",
          signal,
          redirect: "error",
          headers: {
            authorization: `Bearer ${Redacted.value(accessToken)}`,
            accept: "application/json",
            "content-type": "application/json"
          },
          body: JSON.stringify(body)
        })
        return {
          status: response.status,
          text: response.body === null ? "" : await boundedText(response.body, answerBytesMax)
        }
      },
      catch: (cause) => unavailable("did not answer", cause)
    }).pipe(
      Effect.timeoutOrElse({
        duration: answerMillisMax,
        orElse: () => Effect.fail(unavailable(`did not answer within ${answerMillisMax / 1_000} s`))
      })
    )
    if (status === 401 || status === 403) return yield* new AccessRefused()
    if (status === 429 || status >= 500) return yield* unavailable(`answered ${status}`)
    const errors = decodeErrors(text)
    if (status !== 200 || errors._tag === "Some") {
      const mixed = errors._tag === "Some" ? errors.value.errors.find(({ code }) => code === isTooMany) : undefined
      const projects = decodeProjects(mixed?.details)
      return yield* new RequestRefused({
        code: mixed === undefined ? `an answer ${status}` : isTooMany,
        projects: new Map(projects._tag === "Some" ? Object.entries(projects.value) : [])
      })
    }
    return text
  })

  const sendTogether = Effect.fnUntraced(function*(messages: ReadonlyArray<WrittenMessage>) {
    const text = yield* post("send", messages.map(messageOf))
    const { data } = yield* Effect.mapError(decodeTickets(text), (cause) => unavailable("gave no tickets", cause))
    if (data.length !== messages.length) return yield* unavailable("gave another number of tickets")
    return data.map((each): SendAnswer => {
      const ticket = decodeTicket(each)
      if (ticket._tag === "None") return odd
      return ticket.value.status === "ok"
        ? { _tag: "Taken", receiptId: ticket.value.id }
        : answerOf(ticket.value)
    })
  })

  /**
   * Sends messages, part by part where one token has a whole request refused, and puts each part's answers into `answers` as they come. It
   * ends early where the service cannot be asked.
   */
  const sendParts = Effect.fnUntraced(
    function*(all: ReadonlyArray<WrittenMessage>, answers: Map<WrittenMessage, SendAnswer>) {
      const parts = [all]
      const refused = new Map<WrittenMessage, string>()
      const notOurs: Array<WrittenMessage> = []
      for (let asked = 0; asked < requestsMax; asked++) {
        const part = parts.shift()
        if (part === undefined) break
        const answered = yield* sendTogether(part).pipe(
          Effect.catchTags({
            RequestRefused: (refusal) =>
              Effect.sync(() => {
                const [only] = part
                if (part.length === 1 && only !== undefined) refused.set(only, refusal.code)
                else parts.unshift(...partsOf(part, refusal))
                return []
              }),
            AccessRefused: () =>
              Effect.sync(() => {
                notOurs.push(...part)
                return []
              })
          })
        )
        for (const [nth, answer] of answered.entries()) {
          const message = part[nth]
          if (message !== undefined) answers.set(message, answer)
        }
      }
      // all messages are alike but for their tokens: where others were taken, theirs are at fault
      const isTaken = [...answers.values()].some(({ _tag }) => _tag === "Taken")
      for (const [message, reason] of refused) {
        answers.set(message, isTaken ? { _tag: "ForeignDevice" } : { _tag: "Refused", reason })
      }
      if (isTaken) { for (const message of notOurs) answers.set(message, { _tag: "ForeignDevice" }) }
      else if (notOurs.length > 0) return yield* accessRefused
    }
  )

  return PushSender.of({
    send: Effect.fn("PushSenderExpo.send")(function*(messages) {
      if (messages.length > messagesAtOnce) {
        return yield* Effect.die(new RangeError(`at most ${messagesAtOnce} messages are sent at once`))
      }
      const answers = new Map<WrittenMessage, SendAnswer>()
      yield* sendParts(messages, answers).pipe(
        Effect.timeoutOrElse({
          duration: sendingMillisMax,
          orElse: () => Effect.fail(unavailable(`did not take all within ${sendingMillisMax / 1_000} s`))
        }),
        // what was answered is not lost with the rest
        Effect.catchTag("Unavailable", (error) => answers.size === 0 ? Effect.fail(error) : Effect.void)
      )
      return messages.map((message) => answers.get(message) ?? later)
    }),
    receipts: Effect.fn("PushSenderExpo.receipts")(
      function*(ids) {
        const text = yield* post("getReceipts", { ids })
        const { data } = yield* Effect.mapError(
          decodeReceipts(text),
          (cause) => unavailable("gave no receipts", cause)
        )
        return ids.map((id): ReceiptAnswer => {
          if (!Object.hasOwn(data, id)) return null
          const receipt = decodeReceipt(data[id])
          if (receipt._tag === "None") return odd
          return receipt.value.status === "ok" ? { _tag: "Delivered" } : answerOf(receipt.value)
        })
      },
      Effect.catchTags({
        RequestRefused: ({ code }) => Effect.fail(unavailable(`refused to give receipts: ${code}`)),
        AccessRefused: () => Effect.fail(accessRefused)
      })
    )
  })
}

export const layer = (config: PushSenderExpoConfig): Layer.Layer<PushSender> =>
  Layer.sync(PushSender, () => make(config))
