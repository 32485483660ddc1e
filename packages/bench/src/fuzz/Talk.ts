/** Conversations over the WebSocket, made from the document that the server serves of it. */
import * as fc from "fast-check"
import { at, faultsIn, isRecord, type JsonSchema } from "../support/JsonSchema.ts"
import type { Cast } from "./Cast.ts"
import { hostileBody, junkText, makeValues } from "./Values.ts"

/** What a client says, one message after the other. */
export type Conversation = ReadonlyArray<string>

interface Message {
  readonly name: string
  readonly payload: JsonSchema
}

/** The messages of an operation of the document: `take`, `tell`. */
const messagesOf = (document: unknown, operation: "take" | "tell"): ReadonlyArray<Message> => {
  const listed = at(document, "operations", operation, "messages")
  return (Array.isArray(listed) ? listed : []).flatMap((each) => {
    const name = String(at(each, "$ref")).split("/").at(-1) ?? ""
    const payload = at(document, "components", "messages", name, "payload")
    return isRecord(payload) ? [{ name, payload }] : []
  })
}

const messagesMax = 12

/** What makes conversations, by who is there at the moment. */
export const makeConversations = (document: unknown, cast: () => Cast): fc.Arbitrary<Conversation> => {
  const { near, valid } = makeValues(document, cast)
  const player = fc.nat(100).map((nth) => cast().actors[nth % Math.max(1, cast().actors.length)]?.accessToken ?? "none")
  const room = fc.nat(100).map((nth) => cast().ids[nth % Math.max(1, cast().ids.length)] ?? "none")
  const message = fc.oneof(
    { weight: 3, arbitrary: player.map((token) => JSON.stringify({ type: "auth", token })) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom("subscribe", "unsubscribe"), room)
        .map(([type, id]) => JSON.stringify({ type, channel: `lobby:${id}` }))
    },
    ...messagesOf(document, "take").flatMap(({ payload }) => [
      { weight: 2, arbitrary: valid(payload).map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: near(payload) }
    ]),
    { weight: 1, arbitrary: hostileBody.map((bytes) => bytes.toString().slice(0, 5_000)) },
    { weight: 1, arbitrary: junkText.map((channel) => JSON.stringify({ type: "subscribe", channel })) }
  )
  return fc.array(message, { minLength: 1, maxLength: messagesMax })
}

export interface Talk {
  readonly faults: ReadonlyArray<string>
  /** How often each event came, and each code of a close. */
  readonly heard: ReadonlyArray<string>
  /** From saying the last message until it, and all before it, was answered or the connection closed. */
  readonly millis: number
}

/** How long an answer is waited for: longer than any should take. */
const patienceMillis = 30_000

/** What is wrong with what the server says, by the document. */
export const makeTalkJudge = (document: unknown) => {
  const events = new Map(messagesOf(document, "tell").map(({ name, payload }) => [name, payload]))
  const codes = new Set(
    Object.keys(isRecord(at(document, "x-close-codes")) ? Object(at(document, "x-close-codes")) : {})
  )

  const faultsOf = (text: string): ReadonlyArray<string> => {
    const message: unknown = JSON.parse(text)
    const payload = events.get(String(at(message, "event")))
    return payload === undefined
      ? [`an event that the document does not have: ${text.slice(0, 200)}`]
      : faultsIn(document, payload, message)
  }

  /** Says all of it, then asks for a sign of life, and listens until that comes or the connection is closed. */
  return (url: string, conversation: Conversation): Promise<Talk> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`)
      const faults: Array<string> = []
      const heard: Array<string> = []
      let said = 0
      const finish = (fault?: string) => {
        clearTimeout(patience)
        socket.close()
        resolve({ faults: fault === undefined ? faults : [...faults, fault], heard, millis: performance.now() - said })
      }
      const patience = setTimeout(() => finish(`nothing came for ${patienceMillis} ms`), patienceMillis)
      socket.addEventListener("open", () => {
        said = performance.now()
        for (const message of conversation) socket.send(message)
        socket.send("{\"type\":\"ping\"}")
      })
      // a ping among the messages is answered too: the last one is after as many as were sent
      let pongs = 1 + conversation.filter((message) => message === "{\"type\":\"ping\"}").length
      socket.addEventListener("message", ({ data }) => {
        faults.push(...faultsOf(String(data)))
        const event = String(at(JSON.parse(String(data)), "event"))
        heard.push(event)
        if (event === "pong" && --pongs === 0) finish()
      })
      socket.addEventListener("close", ({ code }) => {
        heard.push(`closed ${code}`)
        finish(code === 1011 || !codes.has(String(code)) ? `the server closed with ${code}` : undefined)
      })
    })
}
