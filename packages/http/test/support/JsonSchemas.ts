/** Compares what docs/api.md says of an object with its JSON schema. */
import type { Form, Member, Shape } from "./ApiPage.ts"
import { at } from "./Server.ts"

/** What schemas may refer to, by `#/…`. */
export interface Schemas {
  /** The document that references lead into. */
  readonly document: unknown
  /** The objects that the page names. */
  readonly objects: ReadonlyMap<string, Shape>
}

interface Resolved {
  readonly schema: unknown
  readonly isNullable: boolean
  /** The last part of the reference that led here. */
  readonly name: string | undefined
}

/** Follows references, and takes null apart. */
const resolve = (document: unknown, schema: unknown): Resolved => {
  const reference = at(schema, "$ref")
  if (typeof reference === "string") {
    const path = reference.replace(/^#\//, "").split("/")
    return { ...resolve(document, at(document, ...path)), name: path.at(-1) }
  }
  const several = at(schema, "anyOf")
  if (!Array.isArray(several)) return { schema, isNullable: false, name: undefined }
  const others = several.filter((each) => at(each, "type") !== "null")
  if (others.length !== 1) throw new Error(`a schema of several forms: ${JSON.stringify(schema)}`)
  return { ...resolve(document, others[0]), isNullable: others.length < several.length }
}

/** Whether two lists hold the same texts, in whatever order. */
const same = (left: ReadonlyArray<string>, right: ReadonlyArray<string>): boolean =>
  left.length === right.length && new Set([...left, ...right]).size === new Set(left).size

const textsIn = (value: unknown): ReadonlyArray<string> => Array.isArray(value) ? value.map(String) : []

/** Where the page and the schema differ, a sentence each. `where` names the object. */
export const differences = (where: string, shape: Shape, schema: unknown, schemas: Schemas): ReadonlyArray<string> => {
  const resolved = resolve(schemas.document, schema).schema
  const properties = Object.entries(at(resolved, "properties") ?? {})
  const [written, declared] = [[...shape.keys()], properties.map(([name]) => name)]
  if (!same(written, declared)) {
    return [`${where}: the page has the members ${written.join(", ")}; declared are ${declared.join(", ")}`]
  }
  const required = textsIn(at(resolved, "required"))
  return properties.flatMap(([name, property]) => {
    const member = shape.get(name)
    if (member === undefined) return []
    const place = `${where}.${name}`
    return [
      ...(member.isOptional === required.includes(name) ? [`${place}: the page is wrong about "?"`] : []),
      ...differencesOf(place, member, property, schemas)
    ]
  })
}

const scalars = ["string", "integer", "number", "boolean"]

const differencesOf = (
  place: string,
  { forms }: Pick<Member, "forms">,
  schema: unknown,
  schemas: Schemas
): ReadonlyArray<string> => {
  const { isNullable, name, schema: resolved } = resolve(schemas.document, schema)
  const others = (forms ?? []).filter(({ _tag }) => _tag !== "Null")
  if (((forms ?? []).length > others.length) !== isNullable) return [`${place}: the page is wrong about null`]
  const literals = others.flatMap((form) => form._tag === "Literal" ? [form.text] : [])
  if (literals.length > 0) {
    return literals.length === others.length && same(literals, textsIn(at(resolved, "enum")))
      ? []
      : [`${place}: the page has ${literals.join(", ")}; declared is ${JSON.stringify(resolved)}`]
  }
  const [form, ...further] = others
  if (further.length > 0) return [`${place}: the page has several forms`]
  return differencesOfForm(place, form, { schema: resolved, name }, schemas)
}

const differencesOfForm = (
  place: string,
  form: Form | undefined,
  { name, schema }: { readonly schema: unknown; readonly name: string | undefined },
  schemas: Schemas
): ReadonlyArray<string> => {
  const type = at(schema, "type")
  const wrong = [`${place}: declared is ${JSON.stringify(schema)}`]
  switch (form?._tag) {
    case "Shape":
      return differences(place, form.shape, schema, schemas)
    case "List":
      return type === "array" ? differencesOf(`${place}[]`, { forms: form.items }, at(schema, "items"), schemas) : wrong
    case "Named": {
      if (name !== undefined) {
        return name === form.name
          ? []
          : [`${place}: the page has ${form.name}; declared is ${name}`]
      }
      const shape = schemas.objects.get(form.name)
      return shape === undefined
        ? [`${place}: the page knows no ${form.name}`]
        : differences(place, shape, schema, schemas)
    }
    case "Word": {
      const [, least, most] = /^(\d+)\.\.(\d+)$/.exec(form.word) ?? []
      if (least !== undefined) {
        return at(schema, "minimum") === Number(least) && at(schema, "maximum") === Number(most) ? [] : wrong
      }
      if (form.word === "object") return type === "object" ? [] : wrong
      return scalars.includes(String(type)) ? [] : wrong
    }
    default:
      return scalars.includes(String(type)) ? [] : wrong
  }
}
