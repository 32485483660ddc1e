/**
 * Reads JSON that has one meaning only.
 *
 * `JSON.parse` takes `{"amount":"1.00","amount":"9.00"}` and keeps the last; another reader, a proxy or a log, keeps the
 * first. What clients send, and who checks identities, is therefore read as I-JSON (RFC 7493): UTF-8, no member twice, no number that is
 * not finite, no half of a surrogate pair; and, since they only ever serve attacks, no member `__proto__`, no U+0000, no deep nesting.
 */
import { Data, Result } from "effect"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

/** Why a text was not taken. API code `invalid_json`; the message is one sentence that quotes nothing of the text. */
export class StrictJsonError extends Data.TaggedError("StrictJsonError")<{ readonly message: string }> {}

/** How deep arrays and objects may stand in each other. No request of the API needs more than four. */
export const maxDepth = 32

/** Reads the bytes of a whole body. O(bytes). */
export const parseBytes = (bytes: Uint8Array): Result.Result<Json, StrictJsonError> => {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refuse("The text is not valid UTF-8.")
  }
  return parseText(text)
}

/** Reads a text, of a WebSocket message for instance. O(characters). */
export const parseText = (text: string): Result.Result<Json, StrictJsonError> => {
  const { depth, names } = measure(text)
  if (depth > maxDepth) return refuse(`Arrays and objects may not be nested more than ${maxDepth} deep.`)
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    return refuse("The text is not valid JSON.")
  }
  return Result.flatMap(
    countNames(value),
    (distinct) => distinct === names ? Result.succeed(value) : refuse("A member stands twice in one object.")
  )
}

/** A byte order mark is kept, and so refused: it is no JSON (RFC 8259, section 8.1). */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const refuse = (message: string): Result.Result<never, StrictJsonError> => Result.fail(new StrictJsonError({ message }))

const [quote, colon, backslash, space, tab, lineFeed, carriageReturn] = [0x22, 0x3a, 0x5c, 0x20, 0x09, 0x0a, 0x0d]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * How deep `text` nests, and how many members its objects write down: in valid JSON, a string followed by a colon is the
 * name of a member, always. For any other text the numbers mean nothing, and `JSON.parse` refuses it.
 */
const measure = (text: string): { readonly depth: number; readonly names: number } => {
  let [depth, deepest, names] = [0, 0, 0]
  let afterString = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        for (i++; i < text.length && text.charCodeAt(i) !== quote; i++) {
          if (text.charCodeAt(i) === backslash) i++
        }
        afterString = true
        continue
      case space:
      case tab:
      case lineFeed:
      case carriageReturn:
        continue
      case colon:
        if (afterString) names++
        break
      case openBracket:
      case openBrace:
        deepest = Math.max(deepest, ++depth)
        break
      case closeBracket:
      case closeBrace:
        depth--
        break
    }
    afterString = false
  }
  return { depth: deepest, names }
}

/** How many members the objects in `value` have, which are fewer than were written where one stood twice. */
const countNames = (value: Json): Result.Result<number, StrictJsonError> => {
  let count = 0
  const pending: Array<Json> = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    switch (typeof next) {
      case "string":
        if (!next.isWellFormed()) return refuse("A string holds half of a surrogate pair.")
        if (next.includes("\0")) return refuse("A string holds U+0000.")
        break
      case "number":
        if (!Number.isFinite(next)) return refuse("A number is too large.")
        break
      case "object":
        if (next === null) break
        if (Array.isArray(next)) {
          for (const item of next) pending.push(item)
        } else {
          for (const [name, member] of Object.entries(next)) {
            if (name === "__proto__") return refuse("A member may not be named __proto__.")
            count++
            pending.push(name, member)
          }
        }
        break
    }
  }
  return Result.succeed(count)
}
