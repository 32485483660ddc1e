/** Identifiers. Each is a string of its own kind, so that one is never taken for another. */
import type { Brand } from "effect"

/** A player's id: UUID, lower case. */
export type UserId = string & Brand.Brand<"UserId">
/** A draw's id, daily or room: UUID, lower case. */
export type DrawId = string & Brand.Brand<"DrawId">
/** A ticket's public id: `DDL-20260203-7K3QX`, `ROOM-K7M2QX-7K3QX` (docs/fairness.md, "Tickets"). */
export type TicketId = string & Brand.Brand<"TicketId">
/** A ticket's place in the order of sale: 1, 2, 3 … */
export type Position = number & Brand.Brand<"Position">

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export const isUuid = (text: string): boolean => uuidForm.test(text)

const required = (kind: string, text: string, ok: boolean): string => {
  if (!ok) throw new TypeError(`${JSON.stringify(text)} is not ${kind}`)
  return text
}

/** `text` as a user's id. Throws `TypeError` unless it is a lower-case UUID: for ids the program itself made or stored. */
export const userId = (text: string): UserId => required("a user's id", text, isUuid(text)) as UserId
/** `text` as a draw's id. Throws `TypeError` unless it is a lower-case UUID. */
export const drawId = (text: string): DrawId => required("a draw's id", text, isUuid(text)) as DrawId

/** The symbols of Crockford's base 32, in the order of their values: what a ticket's id ends with. */
export const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const ticketForm = /^(?:DDL-\d{8}|ROOM-[2-9A-HJKMNPQRSTVWXYZ]{6})-[0-9A-HJKMNP-TV-Z]{5,8}$/

export const isTicketId = (text: string): text is TicketId => ticketForm.test(text)

/** `text` as a ticket's public id. Throws `TypeError` unless it has a ticket id's form. */
export const ticketId = (text: string): TicketId => required("a ticket's id", text, isTicketId(text)) as TicketId

/** `value` as a position. Throws `TypeError` unless it is a whole number from 1 to 2^53 − 1. */
export const position = (value: number): Position => {
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${value} is not a position`)
  return value as Position
}

/** The user that collects the fees; it cannot sign in, buy, join or host (docs/design.md, "Money"). */
export const houseUserId: UserId = userId("00000000-0000-7000-8000-000000000001")
