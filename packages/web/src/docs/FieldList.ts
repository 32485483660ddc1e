/** The fields of an object, or the parameters of a request: a row each. */
import { at } from "../api/Json.ts"
import { element } from "../dom/Elements.ts"
import { entriesAt, itemsAt, typeOf, wordAt } from "./Document.ts"
import { written } from "./Text.ts"

export interface Row {
  readonly name: string
  /** Where it stands: `path`, `query`, `header`. */
  readonly place?: string
  readonly isRequired: boolean
  readonly description: string
  readonly example: unknown
  readonly schema: unknown
}

/** What an object of the page is called in its address. */
export const objectId = (name: string): string => `object-${name}`

const row = (
  document: unknown,
  { description, example, isRequired, name, place, schema }: Row
): ReadonlyArray<Node> => {
  const { inner, object, words } = typeOf(document, schema)
  const kind = object === undefined
    ? words
    : element("a", { class: "link", href: `#${objectId(object)}` }, words)
  const remarks = [place, isRequired ? undefined : "may be left out"].filter((each) => each !== undefined)
  return [
    element("dt", {}, element("code", {}, name)),
    element(
      "dd",
      {},
      element("p", { class: "field-type" }, kind, ...remarks.map((remark) => ` · ${remark}`)),
      element("p", {}, ...written(description)),
      // of a field that is always the same its kind says it already
      ...(example === undefined || JSON.stringify(example) === words
        ? []
        : [element("p", { class: "field-example" }, "Such as ", element("code", {}, JSON.stringify(example)))]),
      ...(inner === undefined ? [] : [fieldList(document, rowsOf(inner))])
    )
  ]
}

/** A list of rows. */
export const fieldList = (document: unknown, rows: ReadonlyArray<Row>): HTMLElement =>
  element("dl", { class: "fields" }, ...rows.flatMap((each) => row(document, each)))

/** The fields of an object's schema. */
export const rowsOf = (schema: unknown): ReadonlyArray<Row> => {
  const required = itemsAt(schema, "required")
  return entriesAt(schema, "properties").map(([name, field]) => ({
    name,
    isRequired: required.includes(name),
    description: wordAt(field, "description"),
    example: itemsAt(field, "examples")[0],
    schema: field
  }))
}

/** The parameters of an operation. */
export const parameterRows = (operation: unknown): ReadonlyArray<Row> =>
  itemsAt(operation, "parameters").map((parameter) => ({
    name: wordAt(parameter, "name"),
    place: wordAt(parameter, "in"),
    isRequired: at(parameter, "required") === true,
    description: wordAt(parameter, "description"),
    example: at(parameter, "example"),
    schema: at(parameter, "schema")
  }))

/** What is sent or answered: the object's name, or its fields. */
export const shape = (document: unknown, schema: unknown): HTMLElement => {
  const { inner, object, words } = typeOf(document, schema)
  if (inner !== undefined) return fieldList(document, rowsOf(inner))
  return element(
    "p",
    {},
    object === undefined ? words : element("a", { class: "link", href: `#${objectId(object)}` }, words)
  )
}
