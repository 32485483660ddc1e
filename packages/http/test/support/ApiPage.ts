/** Reads docs/api.md: what its notation says of endpoints, objects, codes and events. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

export const page = readFileSync(join(import.meta.dirname, "../../../../docs/api.md"), "utf8")

/** What a member may hold; several where the page writes `|`. */
export type Form =
  | { readonly _tag: "Null" }
  | { readonly _tag: "Literal"; readonly text: string }
  | { readonly _tag: "Named"; readonly name: string }
  | { readonly _tag: "Shape"; readonly shape: Shape }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Form> }
  /** A text, number or boolean, in a word: `money`, `1..100`. */
  | { readonly _tag: "Word"; readonly word: string }

export interface Member {
  readonly isOptional: boolean
  /** Null: a text, a number or a boolean. */
  readonly forms: ReadonlyArray<Form> | null
}

/** The members of an object. */
export type Shape = ReadonlyMap<string, Member>

/** Reads `{a, b?: "x"|null, c: [Name], d: {e}}`; throws for anything else. */
export const parseShape = (text: string): Shape => {
  let at = 0
  const fail = (): never => {
    throw new Error(`not the notation of docs/api.md: ${text.slice(0, at)}⟨here⟩${text.slice(at)}`)
  }
  const take = (pattern: RegExp): string | undefined => {
    const [found] = new RegExp(pattern.source, "y").exec(text.slice(at)) ?? []
    if (found !== undefined) at += found.length
    return found
  }
  const expect = (pattern: RegExp): string => take(pattern) ?? fail()

  const shape = (): Shape => {
    const members = new Map<string, Member>()
    expect(/\{\s*/)
    while (take(/\}/) === undefined) {
      if (members.size > 0) expect(/,\s*/)
      const name = expect(/[a-zA-Z]+/)
      const isOptional = take(/\?/) !== undefined
      members.set(name, { isOptional, forms: take(/:\s*/) === undefined ? null : forms() })
    }
    return members
  }
  const forms = (): ReadonlyArray<Form> => {
    const all = [form()]
    while (take(/\|/) !== undefined) all.push(form())
    return all
  }
  const form = (): Form => {
    if (text[at] === "{") return { _tag: "Shape", shape: shape() }
    if (take(/\[/) !== undefined) {
      const items = forms()
      expect(/\]/)
      return { _tag: "List", items }
    }
    const literal = take(/"[^"]*"/)
    if (literal !== undefined) return { _tag: "Literal", text: literal.slice(1, -1) }
    const word = expect(/[\w.]+/)
    if (word === "null") return { _tag: "Null" }
    return /^[A-Z]/.test(word) ? { _tag: "Named", name: word } : { _tag: "Word", word }
  }

  const whole = shape()
  return at === text.length ? whole : fail()
}

/** The cells of every table's rows, without heads; `\|` is a bar within a cell. */
const rows = page.split("\n")
  .filter((line, index, lines) =>
    line.startsWith("| ") && !line.startsWith("| ---") && lines[index + 1]?.startsWith("| ---") !== true
  )
  .map((line) => line.slice(2, -2).split(/ (?<!\\)\| /).map((cell) => cell.replaceAll("\\|", "|")))

export interface Endpoint {
  readonly auth: "public" | "player" | "internal"
  /** Whether it takes an `Idempotency-Key`. */
  readonly takesKey: boolean
  readonly body: Shape | null
  /** Parameters of the query, those of pages included. */
  readonly query: ReadonlyArray<string>
  readonly statuses: ReadonlyArray<number>
  readonly answer: Answer
  /** By statuses, those whose answer is another. */
  readonly answerAs: Readonly<Record<string, Answer>>
  /** The codes that its row mentions, each with its status. */
  readonly codes: ReadonlyArray<readonly [code: string, status: number]>
}

export type Answer =
  | { readonly _tag: "None" }
  | { readonly _tag: "Shape"; readonly shape: Shape }
  | { readonly _tag: "Named"; readonly name: string }
  | { readonly _tag: "Page"; readonly of: string }
  /** Not JSON, or a document of another standard. */
  | { readonly _tag: "Text" | "File" }

const auths: Readonly<Record<string, Endpoint["auth"]>> = {
  "–": "public",
  "its own": "public",
  "user": "player",
  "member": "player",
  "host": "player",
  "internal": "internal"
}

const answerOf = (text: string | undefined): Answer => {
  if (text === undefined) return { _tag: "None" }
  if (text.startsWith("`")) return { _tag: "Shape", shape: parseShape(text.slice(1, -1)) }
  if (text.startsWith("page of ")) return { _tag: "Page", of: text.slice("page of ".length) }
  if (text === "text") return { _tag: "Text" }
  return text === "file" ? { _tag: "File" } : { _tag: "Named", name: text }
}

const call =
  /^(?:`(\{[^`]*\})` |`\?([^`]*)` )?→ (\d{3})(?: or (\d{3}))?(?: (`\{[^`]*\}`|(?:page of )?[A-Z]\w*|text|file))?(?:, or (\d{3}) (`\{[^`]*\}`))?(?:; (.*))?$/

const endpointOf = (auth: string, cell: string): Endpoint => {
  const [kind = "", ...more] = auth.split(", ")
  const known = auths[kind]
  const found = call.exec(cell)
  if (known === undefined || found === null) throw new Error(`not the notation of docs/api.md: | ${auth} | ${cell} |`)
  const [, body, query, status, otherStatus, answerText, lastStatus, lastText, remarks = ""] = found
  const answer = answerOf(answerText)
  return {
    auth: known,
    takesKey: more.includes("key"),
    body: body === undefined ? null : parseShape(body),
    query: [
      ...(query?.split("&").map((parameter) => parameter.replace(/=$/, "")) ?? []),
      ...(answer._tag === "Page" ? ["limit", "cursor"] : [])
    ],
    statuses: [status, otherStatus, lastStatus].filter((each) => each !== undefined).map(Number),
    answer,
    answerAs: { [lastStatus ?? ""]: answerOf(lastText) },
    codes: Array.from(
      remarks.matchAll(/\b(\d{3}) `(\w+)`/g),
      ([, status, code = ""]) => [code, Number(status)] as const
    )
  }
}

/** Every endpoint in a table, by `get /lottery/draws/{drawDate}`. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map(rows.flatMap(([name = "", auth = "", cell = ""]) => {
  const [, method, path] = /^([A-Z]+) `(\/[^`]*)`$/.exec(name) ?? []
  if (method === undefined || path === undefined) return []
  return [[`${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`, endpointOf(auth, cell)] as const]
}))

/** The objects of "Objects", by name; one that is made of another has the other's members too. */
export const objects: ReadonlyMap<string, Shape> = (() => {
  const found = new Map<string, Shape>()
  for (const [, name = "", base, text = ""] of page.matchAll(/^- \*\*(\w+)\*\* (?:(\w+) \+ )?`(\{[^`]*\})`/gm)) {
    const inherited = base === undefined ? [] : found.get(base) ?? []
    found.set(name, new Map([...inherited, ...parseShape(text)]))
  }
  return found
})()

/** The list under "Every error code the server can answer". */
export const codes: Readonly<Record<string, number>> = Object.fromEntries(
  Array.from(
    /Every error code the server can answer: ([^]*?)\n\n/.exec(page)?.[1]?.matchAll(/`(\w+)` (\d{3})/g) ?? [],
    ([, code = "", status]) => [code, Number(status)]
  )
)

/** The codes that any endpoint may answer. */
export const codesOfAll: ReadonlyArray<string> = Array.from(
  /^Any endpoint may answer ([^;]*)/m.exec(page)?.[1]?.matchAll(/`(\w+)`/g) ?? [],
  ([, code = ""]) => code
)

/** The members of the object that every problem is. */
export const problem: Shape = parseShape(/`application\/problem\+json`: `(\{[^`]*\})`/.exec(page)?.[1] ?? "")

/** The data of each WebSocket event. */
export const events: ReadonlyMap<string, Shape> = new Map(
  rows.filter(([name = ""]) => /^`[a-z:]+`/.test(name)).flatMap(([names = "", data = ""]) =>
    names.split(" · ").map((name) => [name.slice(1, -1), parseShape(data.slice(1, -1))] as const)
  )
)

/** The messages of clients, each with the member that it has besides `type`; null where it has none. */
export const messages: Readonly<Record<string, string | null>> = Object.fromEntries(
  Array.from(
    /^Client → server: (.*)$/m.exec(page)?.[1]?.matchAll(/\{"type":"(\w+)"(?:,"(\w+)")?\}/g) ?? [],
    ([, type = "", member]) => [type, member ?? null]
  )
)
