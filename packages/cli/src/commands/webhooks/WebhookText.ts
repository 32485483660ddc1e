/** Events of outside services as operators see them: which one is meant, as JSON, and in columns. */
import type { WebhookEvent, WebhookState } from "@ddd/core/money/WebhookEvent"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { isUuid } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visible, visibleData, visibleJson, visibleLines } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

/** There is no such event. */
export class NoSuchEvent extends Data.TaggedError("NoSuchEvent")<{ readonly message: string }> {}

/** The event that an operator names by its id. */
export const findEvent = Effect.fnUntraced(function*(text: string) {
  const id = text.toLowerCase()
  const event = isUuid(id) ? yield* (yield* WebhookInbox).find(id) : null
  return event ??
    (yield* new NoSuchEvent({
      message: `There is no event ${visible(text)}: give an id as \`ddd webhooks list\` shows it.`
    }))
})

/** An event as JSON, but for its body: that may be long. */
export const eventJson = (
  { eventId, handledAt, id, outcome, receivedAt, reference, sender, state, type }: WebhookEvent
) => ({
  id,
  sender,
  eventId,
  type,
  state,
  outcome,
  reference,
  receivedAt: formatInstant(receivedAt),
  handledAt: formatInstantOrNull(handledAt)
})

const colours: { readonly [S in WebhookState]: (text: string) => string } = {
  received: style.yellow,
  done: style.green,
  ignored: style.dim,
  waiting: style.yellow,
  failed: style.red
}

const stateText = ({ state }: WebhookEvent): string => colours[state](state)

/** One line an event, newest first. */
export const eventTable = (events: ReadonlyArray<WebhookEvent>): string =>
  fitted([
    ["RECEIVED", "FROM", "WHAT", "STATE", "ID", "WHAT CAME OF IT"],
    ...visibleData(events).map((event) => [
      formatInstant(event.receivedAt),
      event.sender,
      event.type,
      stateText(event),
      event.id,
      style.dim(event.outcome ?? "")
    ])
  ], { yields: [5, 2, 0, 1] })

/** Indented where it is JSON; else as it came, made visible. */
const bodyText = ({ body }: WebhookEvent): string => {
  if (body === "") return style.dim("(no body: the person that it was about is erased)")
  try {
    return visibleJson(JSON.stringify(JSON.parse(body), null, 2))
  } catch {
    return visibleLines(body)
  }
}

/** One event at length, with its body. */
export const eventText = (found: WebhookEvent): string => {
  const event = visibleData(found)
  const line = (name: string, value: string | null): ReadonlyArray<ReadonlyArray<string>> =>
    value === null ? [] : [[style.dim(name), value]]
  return `${
    aligned([
      ...line("event", event.id),
      ...line("from", event.sender),
      ...line("its id there", event.eventId),
      ...line("what", event.type),
      ...line("state", stateText(event)),
      ...line("came of it", event.outcome),
      ...line("about", event.reference),
      ...line("received", formatInstant(event.receivedAt)),
      ...line("acted on", formatInstantOrNull(event.handledAt))
    ])
  }\n\n${bodyText(found)}`
}
