/** An operation of the API: what it takes, what it answers, and a way to try it. */
import { at } from "../api/Json.ts"
import { element } from "../dom/Elements.ts"
import { entriesAt, wordAt } from "./Document.ts"
import { fieldList, parameterRows, shape } from "./FieldList.ts"
import { bodyOf, type Caller, type Operation, operationId } from "./Operation.ts"
import { listing, paragraphs, written } from "./Text.ts"
import { makeTryOut } from "./TryOut.ts"

const callers: { readonly [C in Caller]: string } = {
  anyone: "For anyone.",
  internal: "For our own machines: Authorization: Bearer <INTERNAL_API_TOKEN>.",
  player: "For a signed-in player: Authorization: Bearer <access token>."
}

const problemType = "application/problem+json"

const titled = (title: string, ...content: ReadonlyArray<Node>): ReadonlyArray<Node> => [
  element("h4", {}, title),
  ...content
]

const answers = (document: unknown, declared: unknown): ReadonlyArray<Node> =>
  entriesAt(declared, "responses").flatMap(([status, response]) =>
    at(at(response, "content"), problemType) !== undefined
      ? []
      : entriesAt(response, "content").length === 0
      ? titled(`Answer ${status}`, ...paragraphs(wordAt(response, "description")))
      : entriesAt(response, "content").flatMap(([type, media]) =>
        titled(
          `Answer ${status}`,
          ...paragraphs(wordAt(response, "description")),
          ...(type === "application/json" ? [shape(document, at(media, "schema"))] : [element("p", {}, type)]),
          listing(at(media, "example"), `Example of answer ${status}`)
        )
      )
  )

const problems = (declared: unknown): ReadonlyArray<Node> => {
  const rows = entriesAt(declared, "responses").flatMap(([status, response]) =>
    at(at(response, "content"), problemType) === undefined
      ? []
      : wordAt(response, "description").split("\n\n").flatMap((text) => [
        element("dt", {}, status),
        element("dd", {}, ...written(text))
      ])
  )
  return rows.length === 0 ? [] : titled("Problems", element("dl", { class: "problems" }, ...rows))
}

const content = (document: unknown, operation: Operation): ReadonlyArray<Node> => {
  const { caller, declared } = operation
  const parameters = parameterRows(declared)
  const body = bodyOf(operation)
  return [
    ...paragraphs(wordAt(declared, "description")),
    element("p", { class: "quiet" }, callers[caller]),
    ...(parameters.length === 0 ? [] : titled("Parameters", fieldList(document, parameters))),
    ...(body === undefined
      ? []
      : titled(
        "Body",
        shape(document, at(body.media, "schema")),
        listing(at(body.media, "example"), "Example of the body")
      )),
    ...answers(document, declared),
    ...problems(declared),
    ...titled("Try it", makeTryOut(operation, parameters, at(body?.media, "example")))
  ]
}

/** An operation as a part of the page, which is filled in once it is opened. */
export const operationView = (document: unknown, operation: Operation): HTMLElement => {
  const { declared, method, path } = operation
  const view = element(
    "details",
    { class: "operation", id: operationId(operation) },
    element(
      "summary",
      {},
      element("h3", {}, element("span", { class: "method" }, method), " ", element("code", {}, path)),
      element("span", { class: "hint" }, ...written(wordAt(declared, "summary")))
    )
  )
  view.addEventListener("toggle", () => {
    if (view.open && view.childElementCount === 1) {
      view.append(element("div", { class: "operation-content" }, ...content(document, operation)))
    }
  })
  return view
}
