/** The texts of the documents: plain, but for `code` between backticks. */
import { element } from "../dom/Elements.ts"

/** A text as the pieces of a page. */
export const written = (text: string): ReadonlyArray<Node | string> =>
  text.split("`").map((part, index) => index % 2 === 1 ? element("code", {}, part) : part)

/** Its paragraphs. */
export const paragraphs = (text: string): ReadonlyArray<HTMLElement> =>
  text.split("\n\n").filter((part) => part !== "").map((part) => element("p", {}, ...written(part)))

/** JSON, or a text, to be looked at. Whoever uses no mouse can scroll it too. */
export const listing = (content: unknown, label: string): HTMLElement =>
  element(
    "pre",
    { class: "listing", tabindex: "0", role: "region", "aria-label": label },
    typeof content === "string" ? content : JSON.stringify(content, null, 2)
  )
