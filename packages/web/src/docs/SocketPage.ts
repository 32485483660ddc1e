/** The page of the WebSocket: its messages, its events and its close codes, from the AsyncAPI document. */
import { at } from "../api/Json.ts"
import { byId, element } from "../dom/Elements.ts"
import { entriesAt, itemsAt, wordAt } from "./Document.ts"
import { fieldList, rowsOf } from "./FieldList.ts"
import { anchored, load } from "./Load.ts"
import { listing, paragraphs } from "./Text.ts"

const messageView = (document: unknown, name: string): HTMLElement => {
  const message = at(at(at(document, "components"), "messages"), name)
  return anchored(
    name,
    element("code", {}, name),
    ...paragraphs(wordAt(message, "summary")),
    fieldList(document, rowsOf(at(message, "payload"))),
    listing(at(itemsAt(message, "examples")[0], "payload"), `Example of ${name}`)
  )
}

/** The messages that an operation of the document names. */
const messagesOf = (document: unknown, operation: string): ReadonlyArray<HTMLElement> =>
  itemsAt(at(at(document, "operations"), operation), "messages").map((reference) =>
    messageView(document, wordAt(reference, "$ref").split("/").at(-1) ?? "")
  )

const address = (document: unknown): string =>
  new URL(wordAt(at(at(document, "channels"), "live"), "address"), location.href.replace(/^http/, "ws")).href

void load("/asyncapi.json", new URL("/ws", location.href).href.replace(/^http/, "ws"), (document) => {
  byId("server", HTMLElement).textContent = address(document)
  byId("messages", HTMLElement).replaceChildren(...messagesOf(document, "take"))
  byId("events", HTMLElement).replaceChildren(...messagesOf(document, "tell"))
  byId("close-codes", HTMLElement).replaceChildren(
    ...entriesAt(document, "x-close-codes").flatMap(([code, text]) => [
      element("dt", {}, element("code", {}, code)),
      element("dd", {}, String(text))
    ])
  )
})
