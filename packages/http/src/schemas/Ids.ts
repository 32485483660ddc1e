/** Identifiers and counts on the wire (docs/api.md, "ids"). */
import { isTicketId, isUuid } from "@ddd/core/values/Ids"
import { Schema } from "effect"

/** A UUID in lower case. */
export const UuidText = Schema.String.check(
  Schema.makeFilter(isUuid, { message: "must be a UUID in lower case", toJsonSchema: () => ({ format: "uuid" }) })
)
export const UserIdText = UuidText.pipe(Schema.brand("UserId"))
export const DrawIdText = UuidText.pipe(Schema.brand("DrawId"))

/** A ticket's public id. */
export const TicketIdText = Schema.String
  .check(Schema.makeFilter(isTicketId, { message: "must be a ticket's public id" }))
  .annotate({ examples: ["DDL-20260203-7K3QX"] })
  .pipe(Schema.brand("TicketId"))

/** A ticket's place in the order of sale. */
export const PositionNumber = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).pipe(Schema.brand("Position"))

/** 32 bytes in lower-case hex. */
export const Hex32 = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/u))

/** How many there are. */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
