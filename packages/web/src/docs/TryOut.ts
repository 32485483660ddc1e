/** Sends a request of the reader's own making to this server, and shows the answer. */
import { at } from "../api/Json.ts"
import { byId, element } from "../dom/Elements.ts"
import type { Row } from "./FieldList.ts"
import { bodyOf, type Caller, type Operation, operationId } from "./Operation.ts"
import { listing } from "./Text.ts"

/** A proof bundle may be a gigabyte: this much of an answer is read. Characters. */
const answerMax = 20_000

/** Headers that a client looks at. */
const toldHeaders = ["content-type", "retry-after", "idempotent-replayed", "allow", "x-request-id"]

const tokenFields: { readonly [C in Caller]: string } = {
  anyone: "access-token",
  internal: "internal-token",
  player: "access-token"
}

/** The token that goes with a request; empty where the reader gave none. */
const tokenFor = (caller: Caller): string => byId(tokenFields[caller], HTMLInputElement).value.trim()

const readSome = async (body: ReadableStream<Uint8Array>): Promise<string> => {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ""
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > answerMax) {
      await reader.cancel()
      return `${text.slice(0, answerMax)}\n… and more`
    }
  }
}

const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** Whoever has just signed in goes on as that player. */
const takeToken = (text: string): boolean => {
  try {
    const token = at(at(JSON.parse(text), "tokens"), "accessToken")
    if (typeof token !== "string") return false
    byId("access-token", HTMLInputElement).value = token
    return true
  } catch {
    return false
  }
}

interface Filled {
  readonly row: Row
  readonly value: string
}

/** The request that the fields make. */
const requestOf = (
  operation: Operation,
  filled: ReadonlyArray<Filled>,
  body: string | undefined
): { readonly url: URL; readonly init: RequestInit } => {
  const { caller, method, path } = operation
  const at = (place: string) => filled.filter(({ row, value }) => row.place === place && value !== "")
  const named = at("path").reduce(
    (text, { row, value }) => text.replace(`{${row.name}}`, encodeURIComponent(value)),
    path
  )
  const url = new URL(named, location.origin)
  for (const { row, value } of at("query")) url.searchParams.set(row.name, value)
  const headers = new Headers(at("header").map(({ row, value }): [string, string] => [row.name, value]))
  const token = tokenFor(caller)
  if (token !== "") headers.set("authorization", `Bearer ${token}`)
  if (body !== undefined) headers.set("content-type", bodyOf(operation)?.type ?? "application/json")
  return { url, init: { method, headers, credentials: "omit", ...(body === undefined ? {} : { body }) } }
}

const show = async (place: HTMLElement, request: ReturnType<typeof requestOf>): Promise<void> => {
  let response: Response
  try {
    response = await fetch(request.url, request.init)
  } catch {
    place.replaceChildren(element("p", { class: "error" }, "The server cannot be reached."))
    return
  }
  const text = response.body === null ? "" : await readSome(response.body)
  const headers = toldHeaders.flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [`${name}: ${value}`]
  })
  const signedIn = response.ok && takeToken(text)
  place.replaceChildren(
    element("p", { class: "answer-status" }, `${response.status} ${response.statusText}`.trim()),
    listing(headers.join("\n"), "Headers of the answer"),
    ...(text === "" ? [] : [listing(pretty(text), "The answer")]),
    ...(signedIn ? [element("p", { class: "notice good" }, "What you try from here on is asked as this player.")] : [])
  )
}

/** The form of an operation; `example` is what its body may look like. */
export const makeTryOut = (operation: Operation, parameters: ReadonlyArray<Row>, example: unknown): HTMLElement => {
  const id = operationId(operation)
  const field = (name: string, input: HTMLElement): HTMLElement =>
    element("div", { class: "field" }, element("label", { for: input.id }, name), input)
  const inputs = parameters.map((row) => ({
    row,
    input: element("input", {
      id: `${id}-${row.name}`,
      class: "coded",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      placeholder: typeof row.example === "string" ? row.example : "",
      ...(row.isRequired ? { required: "" } : {})
    })
  }))
  const body = example === undefined
    ? undefined
    : element("textarea", { id: `${id}-body`, class: "coded", rows: "6", spellcheck: "false", autocapitalize: "off" })
  if (body !== undefined) body.value = JSON.stringify(example, null, 2)
  const answer = element("div", { class: "answer", role: "status" })
  const button = element("button", { type: "submit", class: "button" }, "Send")
  const form = element(
    "form",
    { class: "try-out", method: "post" },
    ...inputs.map(({ input, row }) => field(`${row.name}${row.isRequired ? "" : " (may be left out)"}`, input)),
    ...(body === undefined ? [] : [field("Body", body)]),
    button,
    answer
  )
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (button.disabled) return
    button.disabled = true
    const filled = inputs.map(({ input, row }) => ({ row, value: input.value.trim() }))
    void show(answer, requestOf(operation, filled, body?.value)).finally(() => {
      button.disabled = false
    })
  })
  return form
}
