/** Pages of long lists (docs/api.md, "pages"). */
import type { PageRequest } from "@ddd/core/values/Page"
import { Schema } from "effect"
import { described } from "./Described.ts"
import { textCodec } from "./Text.ts"

const limitDefault = 20

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

/** The query of a list whose cursors have the form `pattern`. They mean something to the store alone. */
export const pageQuery = (pattern: RegExp, example: string) => ({
  limit: Schema.optionalKey(Limit),
  cursor: Schema.optionalKey(
    Schema.String.check(Schema.isPattern(pattern, { message: "must be the nextCursor of an earlier page" })).annotate({
      description: "The `nextCursor` of the page before; without one, the first page",
      examples: [example]
    })
  )
})

/** The page that a query asks for: the first, of 20 items, where it says nothing. */
export const pageRequest = (query: { readonly limit?: number; readonly cursor?: string }): PageRequest => ({
  limit: query.limit ?? limitDefault,
  cursor: query.cursor ?? null
})

export const pageBody = <Item extends Schema.Top>(item: Item) =>
  described({
    items: [Schema.Array(item), "Newest first"],
    nextCursor: [Schema.NullOr(Schema.String), "What to send as `cursor` for the next page; null on the last one", null]
  })
