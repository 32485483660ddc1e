/** The AsyncAPI document: the WebSocket's messages and events, as `live/Protocol` reads and `live/Events` declares them. */
import { Schema } from "effect"
import { closeCodes } from "../live/CloseCodes.ts"
import { type EventName, events, eventTexts } from "../live/Events.ts"
import { messageMembers, messageTexts } from "../live/Protocol.ts"
import { fieldTexts } from "../schemas/Described.ts"
import { exampleOf, isObject, type JsonObject, jsonOf, withFieldTexts } from "./JsonDocument.ts"
import { version } from "./Version.ts"

const socketPath = "/ws"

/** Those of a channel say which it was. */
const channelOf: Partial<Record<EventName, string>> = {
  "draw:update": "draw",
  "draw:status": "draw",
  "lobby:update": "lobby:<roomId>",
  "wallet": "wallet"
}

const text = (description: string, example: string, more: JsonObject = {}): JsonObject => ({
  type: "string",
  ...more,
  description,
  examples: [example]
})

const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false
})

const message = (name: string, summary: string, payload: JsonObject): JsonObject => ({
  name,
  summary,
  contentType: "application/json",
  payload,
  examples: [{ payload: exampleOf({}, payload) ?? null }]
})

const clientMessages = Object.fromEntries(
  Object.entries(messageTexts).map(([type, { description, example, member }]) => {
    const name = Object.entries(messageMembers).find(([each]) => each === type)?.[1] ?? null
    const payload = object({
      type: text("Which message it is", type, { enum: [type] }),
      ...(name === null ? {} : { [name]: text(member, example) })
    })
    return [type, message(type, description, payload)]
  })
)

const dataOf = (schema: Schema.Top): JsonObject => {
  const made = Schema.toJsonSchemaDocument(schema, { includeAnnotationKey: (key) => key === fieldTexts })
  const data = withFieldTexts(jsonOf(made.schema))
  return { ...(isObject(data) ? data : {}), description: "What there is to tell" }
}

const serverEvents = Object.fromEntries(
  Object.entries(events).map(([name, schema]) => {
    const channel = Object.entries(channelOf).find(([each]) => each === name)?.[1]
    const summary = Object.entries(eventTexts).find(([each]) => each === name)?.[1] ?? ""
    const payload = object({
      event: text("Which event it is", name, { enum: [name] }),
      data: dataOf(schema),
      ...(channel === undefined ? {} : { channel: text("The channel that it belongs to", channel) })
    })
    return [name, message(name, summary, payload)]
  })
)

const referencesTo = (messages: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]))

const operation = (action: "receive" | "send", summary: string, messages: JsonObject): JsonObject => ({
  action,
  summary,
  channel: { $ref: "#/channels/live" },
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/live/messages/${name}` }))
})

/** The document of the server that clients reach at `publicUrl`. */
export const asyncApiDocument = (publicUrl: URL): JsonObject => ({
  asyncapi: "3.0.0",
  info: {
    title: "Daily Dollar Draw, live",
    version,
    description: "Text frames of one JSON object each. No sub-protocol.",
    license: { name: "Apache-2.0" }
  },
  defaultContentType: "application/json",
  servers: {
    this: { host: publicUrl.host, protocol: publicUrl.protocol === "https:" ? "wss" : "ws" }
  },
  channels: {
    live: {
      address: socketPath,
      messages: { ...referencesTo(clientMessages), ...referencesTo(serverEvents) }
    }
  },
  operations: {
    // as AsyncAPI has it, from the side of the server
    take: operation("receive", "What a client may say", clientMessages),
    tell: operation("send", "What the server tells", serverEvents)
  },
  components: { messages: { ...clientMessages, ...serverEvents } },
  "x-close-codes": { ...closeCodes }
})
