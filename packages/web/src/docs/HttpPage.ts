/** The page of the HTTP API: every operation, every object, from the OpenAPI document. */
import { byId, element } from "../dom/Elements.ts"
import { entriesAt, itemsAt, wordAt } from "./Document.ts"
import { fieldList, objectId, rowsOf } from "./FieldList.ts"
import { anchored, load } from "./Load.ts"
import { type Operation, operationsOf } from "./Operation.ts"
import { operationView } from "./OperationView.ts"
import { paragraphs } from "./Text.ts"

const titleOf = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

const group = (document: unknown, name: string, operations: ReadonlyArray<Operation>): HTMLElement =>
  element(
    "section",
    { class: "group", "aria-labelledby": `group-${name}` },
    element("h2", { id: `group-${name}` }, titleOf(name)),
    ...operations.map((operation) => operationView(document, operation))
  )

const objects = (document: unknown): ReadonlyArray<HTMLElement> =>
  entriesAt(document, "components", "schemas")
    .filter(([, schema]) => entriesAt(schema, "properties").length > 0)
    .sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, schema]) =>
      anchored(
        objectId(name),
        name,
        ...paragraphs(wordAt(schema, "description")),
        fieldList(document, rowsOf(schema))
      )
    )

void load("/openapi.json", location.origin, (document) => {
  const operations = operationsOf(document)
  const names = itemsAt(document, "tags").map((tag) => wordAt(tag, "name"))
  byId("contents", HTMLElement).prepend(
    ...names.map((name) => element("a", { class: "link", href: `#group-${name}` }, titleOf(name)))
  )
  byId("groups", HTMLElement).replaceChildren(
    ...names.map((name) =>
      group(document, name, operations.filter(({ declared }) => itemsAt(declared, "tags").includes(name)))
    )
  )
  byId("object-list", HTMLElement).replaceChildren(...objects(document))
  byId("objects", HTMLElement).hidden = false
})

// an address that is followed on the page opens what it names
addEventListener("hashchange", () => {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (named instanceof HTMLDetailsElement) named.open = true
})
