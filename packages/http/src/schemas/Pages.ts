/** Pages of long lists (docs/api.md, "pages"). */
import { Schema } from "effect"
import { cursorCharactersMax, limitDefault } from "../requests/Cursors.ts"
import { described } from "./Described.ts"
import { cursorExample } from "./Examples.ts"
import { textCodec } from "./Text.ts"

/** `limit`: 1 … 100. */
const Limit = textCodec({
  identifier: "Limit",
  description: `How many items a page holds, from 1 to 100; ${limitDefault} where it is not given`,
  example: String(limitDefault),
  pattern: /^(100|[1-9][0-9]?)$/u,
  message: "must be a number from 1 to 100",
  is: (u): u is number => typeof u === "number" && Number.isInteger(u),
  parse: Number,
  format: String
})

/** The query of a list. What its cursor says is read by `readPage`. */
export const pageQuery = {
  limit: Schema.optionalKey(Limit),
  cursor: Schema.optionalKey(
    Schema.String.check(
      Schema.isMaxLength(cursorCharactersMax, { message: "must be the nextCursor of an earlier page" })
    ).annotate({
      description: "The `nextCursor` of the page before, asked for with the same filters; without one, the first page",
      examples: [cursorExample]
    })
  )
}

export const pageBody = <Item extends Schema.Top>(item: Item) =>
  described({
    items: [Schema.Array(item), "Newest first"],
    nextCursor: [Schema.NullOr(Schema.String), "What to send as `cursor` for the next page; null on the last one", null]
  })
