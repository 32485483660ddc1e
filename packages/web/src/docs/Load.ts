/** Fetches the document that a page shows, and says of it what both pages say. */
import { at } from "../api/Json.ts"
import { get } from "../api/Server.ts"
import { byId, element } from "../dom/Elements.ts"
import { wordAt } from "./Document.ts"

/** Asks for the document at `path`, and shows it: `show` is not called where there is none. */
export const load = async (path: string, server: string, show: (document: unknown) => void): Promise<void> => {
  const note = byId("docs-note", HTMLElement)
  const answer = await get(path, (json) => json)
  if (!answer.ok) {
    note.textContent = answer.refusal.detail
    return
  }
  note.remove()
  byId("version", HTMLElement).textContent = wordAt(at(answer.value, "info"), "version")
  byId("server", HTMLElement).textContent = server
  show(answer.value)
  // what the address names is there only now
  const named = location.hash === "" ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (named instanceof HTMLDetailsElement) named.open = true
  named?.scrollIntoView()
}

/** A heading that goes with what follows, by its address. */
export const anchored = (id: string, title: Node | string, ...content: ReadonlyArray<Node>): HTMLElement =>
  element("section", { id, class: "panel" }, element("h3", {}, title), ...content)
