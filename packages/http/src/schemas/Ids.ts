/** Identifiers and counts on the wire (docs/api.md, "ids"). */
import { isTicketId, isUuid } from "@ddd/core/values/Ids"
import { Schema } from "effect"
import { drawExample, hashExample, playerExample, rowExample } from "./Examples.ts"

const uuid = Schema.makeFilter(isUuid, {
  message: "must be a UUID in lower case",
  toJsonSchema: () => ({ format: "uuid" })
})

/** A UUID in lower case. */
export const UuidText = Schema.String.check(uuid).annotate({ examples: [rowExample] })
export const UserIdText = Schema.String.check(uuid).annotate({ examples: [playerExample] }).pipe(Schema.brand("UserId"))
export const DrawIdText = Schema.String.check(uuid).annotate({ examples: [drawExample] }).pipe(Schema.brand("DrawId"))

/** A ticket's public id. */
export const TicketIdText = Schema.String.annotate({ examples: ["DDL-20260203-7K3QX"] })
  .check(Schema.makeFilter(isTicketId, { message: "must be a ticket's public id" }))
  .pipe(Schema.brand("TicketId"))

/** A ticket's place in the order of sale. */
export const PositionNumber = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).annotate({ examples: [17] })
  .pipe(Schema.brand("Position"))

/** 32 bytes in lower-case hex. */
export const Hex32 = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u)).annotate({ examples: [hashExample] })

/** How many there are. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({ examples: [42] })
