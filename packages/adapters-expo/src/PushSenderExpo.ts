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
/** An answer to 100 messages has some 10 kB, to 300 receipts some 30 kB. */
const answerBytesMax = 1024 * 1024

/** A request that is wrong as it is: the same again would be, but its parts may not be. */
class RequestRefused extends Data.TaggedError("RequestRefused")<{ readonly code: string }> {}

const Details = Schema.Struct({ error: Schema.optionalKey(Schema.NullOr(Schema.String)) })
const Fault = Schema.Struct({ status: Schema.Literal("error"), details: Schema.optionalKey(Schema.NullOr(Details)) })
const Ticket = Schema.Union([Schema.Struct({ status: Schema.Literal("ok"), id: Schema.String }), Fault])
const Receipt = Schema.Union([Schema.Struct({ status: Schema.Literal("ok") }), Fault])
const Tickets = Schema.fromJsonString(Schema.Struct({ data: Schema.Array(Ticket) }))
const Receipts = Schema.fromJsonString(Schema.Struct({ data: Schema.Record(Schema.String, Receipt) }))
const Errors = Schema.fromJsonString(
  Schema.Struct({ errors: Schema.Array(Schema.Struct({ code: Schema.optionalKey(Schema.String) })) })
)
const decodeTickets = Schema.decodeUnknownEffect(Tickets)
const decodeReceipts = Schema.decodeUnknownEffect(Receipts)
const decodeErrors = Schema.decodeUnknownOption(Errors)

/** What Expo may say is wrong with one message, beside that the device is gone or that it was sent too many. */
const reasons = ["InvalidCredentials", "MessageTooBig", "MismatchSenderId", "ExpoError", "ProviderError"]

const answerOf = ({ details }: typeof Fault.Type): Exclude<SendAnswer, { readonly _tag: "Taken" }> => {
  const code = details?.error ?? ""
  if (code === "DeviceNotRegistered") return { _tag: "UnknownDevice" }
  if (code === "MessageRateExceeded") return { _tag: "Later" }
  return { _tag: "Refused", reason: reasons.includes(code) ? code : "an error that is not known" }
}

const unavailable = (message: string, cause?: unknown) =>
  new Unavailable({ message: `Expo ${message}`, retryAfter: 10, cause })

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
    if (status === 401 || status === 403) return yield* unavailable("refuses EXPO_ACCESS_TOKEN")
    if (status === 429 || status >= 500) return yield* unavailable(`answered ${status}`)
    const errors = decodeErrors(text)
    if (status !== 200 || errors._tag === "Some") {
      const code = errors._tag === "Some" && errors.value.errors.some(({ code }) => code === isTooMany) ? isTooMany : ""
      return yield* new RequestRefused({ code: code === "" ? `an answer ${status}` : code })
    }
    return text
  })

  const sendTogether = Effect.fnUntraced(function*(messages: ReadonlyArray<WrittenMessage>) {
    const text = yield* post("send", messages.map(messageOf))
    const { data } = yield* Effect.mapError(decodeTickets(text), (cause) => unavailable("gave no tickets", cause))
    if (data.length !== messages.length) return yield* unavailable("gave another number of tickets")
    return data.map((ticket): SendAnswer =>
      ticket.status === "ok" ? { _tag: "Taken", receiptId: ticket.id } : answerOf(ticket)
    )
  })

  /** One token of another project has the whole request refused: its parts are sent by themselves then. */
  const send = (
    messages: ReadonlyArray<WrittenMessage>
  ): Effect.Effect<ReadonlyArray<SendAnswer>, Unavailable> =>
    Effect.catchTag(sendTogether(messages), "RequestRefused", ({ code }) => {
      if (messages.length === 1) return Effect.succeed([{ _tag: "Refused", reason: code } as const])
      const half = Math.ceil(messages.length / 2)
      return Effect.flatMap(send(messages.slice(0, half)), (first) =>
        // what the first half was answered is not lost with the second
        Effect.map(
          Effect.catchTag(send(messages.slice(half)), "Unavailable", () =>
            Effect.succeed(
              messages.slice(half).map(() => ({ _tag: "Later" }) as const)
            )),
          (second) => [...first, ...second]
        ))
    })

  return PushSender.of({
    send: Effect.fn("PushSenderExpo.send")(
      (messages) =>
        messages.length > messagesAtOnce
          ? Effect.die(new RangeError(`at most ${messagesAtOnce} messages are sent at once`))
          : send(messages),
      Effect.timeoutOrElse({
        duration: sendingMillisMax,
        orElse: () => Effect.fail(unavailable(`did not take all within ${sendingMillisMax / 1_000} s`))
      })
    ),
    receipts: Effect.fn("PushSenderExpo.receipts")(
      function*(ids) {
        const text = yield* post("getReceipts", { ids })
        const { data } = yield* Effect.mapError(
          decodeReceipts(text),
          (cause) => unavailable("gave no receipts", cause)
        )
        return ids.map((id): ReceiptAnswer => {
          const receipt = Object.hasOwn(data, id) ? data[id] : undefined
          if (receipt === undefined) return null
          return receipt.status === "ok" ? { _tag: "Delivered" } : answerOf(receipt)
        })
      },
      Effect.catchTag("RequestRefused", ({ code }) => Effect.fail(unavailable(`refused to give receipts: ${code}`)))
    )
  })
}

export const layer = (config: PushSenderExpoConfig): Layer.Layer<PushSender> =>
  Layer.sync(PushSender, () => make(config))
