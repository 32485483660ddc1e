/**
 * CSV (RFC 4180), of which a spreadsheet runs nothing.
 *
 * A field that begins with `=`, `+`, `-` or `@` is a formula to a spreadsheet. A text from outside that begins so, or with blanks before
 * it, is given an apostrophe. Amounts are written by us and are not touched: `-1.00` is a number to every spreadsheet.
 */
import { visible } from "./Visible.ts"

const lineEnd = "\r\n"

// also as East Asian input writes them, which some spreadsheets take for the same
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u

/** A text from outside as a field: with everything in it visible, and no formula. */
export const csvText = (text: string): string => {
  const shown = visible(text)
  return formula.test(shown) ? `'${shown}` : shown
}

const quoted = (field: string): string => /[",\r\n]/.test(field) ? `"${field.replaceAll("\"", "\"\"")}"` : field

/** A line with its end. */
export const csvLine = (fields: ReadonlyArray<string>): string => fields.map(quoted).join(",") + lineEnd
