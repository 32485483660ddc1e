/** Reads the messages that clients send over a WebSocket (docs/api.md, "WebSocket"). */
import { type Json, parseText } from "@ddd/core/values/StrictJson"
import { Redacted, Result } from "effect"
import { accessTokenExample } from "../schemas/Examples.ts"
import type { Fault } from "./Events.ts"

export type ClientMessage =
  | { readonly type: "auth"; readonly token: Redacted.Redacted }
  | { readonly type: "subscribe"; readonly channel: string }
  | { readonly type: "unsubscribe"; readonly channel: string }
  | { readonly type: "ping" }

/** The types of messages, each with the one member that it has besides, a string; null where it has none. */
export const messageMembers = { auth: "token", subscribe: "channel", unsubscribe: "channel", ping: null } as const

/** What each asks for, and an example of its member. */
export const messageTexts: Readonly<
  Record<
    keyof typeof messageMembers,
    { readonly description: string; readonly member: string; readonly example: string }
  >
> = {
  auth: {
    description: "Signs in. The token goes in this message, never in the URL.",
    member: "An access token",
    example: accessTokenExample
  },
  subscribe: {
    description: "Listens to a channel: `draw`, which is public, or `lobby:<roomId>`, for the room's members.",
    member: "The channel",
    example: "draw"
  },
  unsubscribe: { description: "Listens to a channel no longer.", member: "The channel", example: "draw" },
  ping: { description: "Asks for a sign of life, and the server's time.", member: "", example: "" }
}

/** Reads what a client sent. A member that is not known is a fault, never ignored. */
export const parseMessage = (text: string): Result.Result<ClientMessage, Fault> =>
  Result.flatMap(
    Result.mapError(parseText(text), ({ message }): Fault => ({ code: "invalid_json", detail: message })),
    (json): Result.Result<ClientMessage, Fault> => {
      if (!isObject(json)) return invalid("A message is a JSON object.")
      const { type, ...rest } = json
      switch (type) {
        case "ping":
          return Object.keys(rest).length === 0 ? Result.succeed({ type }) : invalid("A ping has no members but type.")
        case "auth":
          return Result.map(only(rest, messageMembers.auth), (token) => ({ type, token: Redacted.make(token) }))
        case "subscribe":
        case "unsubscribe":
          return Result.map(only(rest, messageMembers[type]), (channel) => ({ type, channel }))
        default:
          return invalid("The type must be auth, subscribe, unsubscribe or ping.")
      }
    }
  )

type JsonObject = { readonly [name: string]: Json }

const isObject = (json: Json): json is JsonObject => typeof json === "object" && json !== null && !Array.isArray(json)

const invalid = (detail: string): Result.Result<never, Fault> => Result.fail({ code: "invalid_request", detail })

/** The one member that `rest` must have. */
const only = (rest: JsonObject, name: string): Result.Result<string, Fault> => {
  const value = rest[name]
  return typeof value === "string" && Object.keys(rest).length === 1
    ? Result.succeed(value)
    : invalid(`This message has the members type and ${name}, a string, and no other.`)
}
