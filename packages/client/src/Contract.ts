/** The objects of the contract (docs/api.md, "Objects"), by their names. */
import type { components, paths } from "./generated/OpenApi.ts"

type Schemas = components["schemas"]

/** The answer in JSON to an operation, where it is none of the named objects. */
type JsonOf<Operation> = Operation extends {
  responses: infer Responses
} ? {
    [Status in keyof Responses]: Responses[Status] extends { content: { "application/json": infer Body } } ? Body
      : never
  }[keyof Responses]
  : never

export type Tokens = Schemas["Tokens"]
export type User = Schemas["User"]
export type SessionInfo = Schemas["Session"]
export type Wallet = Schemas["Wallet"]
export type Profile = Schemas["Profile"]
export type Limits = Schemas["Limits"]
export type Draw = Schemas["Draw"]
export type Ticket = Schemas["Ticket"]
export type Receipt = Schemas["Receipt"]
export type LastWinner = Schemas["LastWinner"]
export type TicketCheck = Schemas["TicketCheck"]
export type Records = Schemas["Records"]
export type Transaction = Schemas["Transaction"]
export type Statement = Schemas["Statement"]
export type Site = Schemas["Site"]
export type Room = Schemas["Room"]
export type Participant = Schemas["Participant"]
export type RoomReceipt = Schemas["RoomReceipt"]
export type InvalidField = Schemas["InvalidField"]
export type ProblemReason = Schemas["ProblemReason"]
export type PayoutAccount = JsonOf<paths["/wallet/payout-account"]["get"]>
export type PayoutPage = JsonOf<paths["/wallet/payout-account"]["post"]>
export type CheckoutPage = JsonOf<paths["/wallet/checkout"]["post"]>
export type TimeOut = JsonOf<paths["/user/time-out"]["post"]>

/** A page of a list, newest first: `nextCursor` is null on the last. */
export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly nextCursor: string | null
}

/** Which page: 1 to 100 items, 20 unless given; `cursor`: the page before said it. */
export interface PageQuery {
  readonly limit?: number
  readonly cursor?: string
}

/** The same as the contract takes it: a query is text. */
export const pageQuery = <Query extends PageQuery>({ limit, ...query }: Query) =>
  limit === undefined ? query : { ...query, limit: String(limit) }
