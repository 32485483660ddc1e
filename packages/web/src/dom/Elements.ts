/** The elements of a page, by the ids that its HTML gives them, and new ones. Text goes in as text, never as HTML. */

/** The element of that id. Throws where the page has none of that kind: page and code belong together. */
export const byId = <E extends HTMLElement>(id: string, kind: new() => E): E => {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`)
  return element
}

export interface Attributes {
  readonly class?: string
  readonly [name: string]: string | undefined
}

/** A new element; children are elements, or text. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value)
  made.append(...children)
  return made
}

/** Text for those who cannot see what it stands for. */
export const unseen = (text: string): HTMLElement => element("span", { class: "unseen" }, text)
