/**
 * Text from outside, made fit for a terminal: of players, servers, providers, databases, files and errors.
 *
 * A terminal obeys control characters, lets bidirectional ones reorder a line, and shows others not at all. Each of them is shown as
 * its number, `\u{202e}`, so that what is read is what is there, and no text can begin a line of its own.
 */

/** What steers a terminal, parts lines, or is shown as nothing. */
const unshown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const numberOf = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** One line of text, with everything in it visible. */
export const visible = (text: string): string => text.replace(unshown, numberOf)

/** The same for text of several lines: its line feeds stay. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n")

/** What was thrown, in its own words. */
export const visibleError = (error: unknown): string => visible(error instanceof Error ? error.message : String(error))

const isRecord = (value: object): value is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const visibleValue = (value: unknown): unknown => {
  if (typeof value === "string") return visible(value)
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(visibleValue)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, visibleValue(each)]))
}

/** Plain data with each of its texts made visible, for whoever composes lines of it. What is no plain object stays as it is. */
// texts become texts and everything else stays, so the shape is the same
export const visibleData = <A>(data: A): A => visibleValue(data) as A

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
  ).join("")

/** JSON with what is unshown escaped, which says the same to whoever parses it. Takes JSON text, on one line or several. */
export const visibleJson = (json: string): string =>
  json.split("\n").map((line) => line.replace(unshown, escaped)).join("\n")
