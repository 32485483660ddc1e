/** Every port that PostgreSQL holds. */
import { Layer } from "effect"
import * as SessionEnds from "./accounts/SessionEnds.ts"
import * as AccountsPg from "./AccountsPg.ts"
import * as BooksPg from "./BooksPg.ts"
import * as DrawEventsPg from "./DrawEventsPg.ts"
import * as DrawsPg from "./DrawsPg.ts"
import * as FundingsPg from "./FundingsPg.ts"
import * as JobBoardPg from "./JobBoardPg.ts"
import * as LedgerPg from "./LedgerPg.ts"
import * as Listener from "./Listener.ts"
import * as NowPg from "./NowPg.ts"
import * as OutboxPg from "./OutboxPg.ts"
import * as PayoutAccountsPg from "./PayoutAccountsPg.ts"
import * as RoomsPg from "./RoomsPg.ts"
import * as SalesPg from "./SalesPg.ts"
import * as SecurityLogPg from "./SecurityLogPg.ts"
import * as SessionsPg from "./SessionsPg.ts"
import * as ThrottlesPg from "./ThrottlesPg.ts"
import * as TicketMailsPg from "./TicketMailsPg.ts"
import * as WebhookInboxPg from "./WebhookInboxPg.ts"
import * as WithdrawalsPg from "./WithdrawalsPg.ts"

export interface PortsOptions {
  readonly sales?: SalesPg.SalesOptions
  readonly clock?: NowPg.NowOptions
}

/** Accounts, Sessions, SecurityLog and Throttles. */
const accounts = Layer.mergeAll(
  AccountsPg.layer,
  SessionsPg.layer,
  SecurityLogPg.layer,
  ThrottlesPg.layer
).pipe(Layer.provide(SessionEnds.layer))

/** Money in and out: Ledger, Fundings, Withdrawals, PayoutAccounts, WebhookInbox, JobBoard. */
export const money = Layer.mergeAll(
  LedgerPg.layer,
  FundingsPg.layer,
  WithdrawalsPg.layer,
  PayoutAccountsPg.layer,
  WebhookInboxPg.layer,
  JobBoardPg.layer
)

/** All ports on one client, which must be able to LISTEN; Outbox with its Jobs. */
export const layer = (options: PortsOptions = {}) =>
  Layer.mergeAll(
    SalesPg.layer(options.sales),
    RoomsPg.layer,
    DrawsPg.layer,
    DrawEventsPg.layer,
    BooksPg.layer,
    accounts,
    money,
    TicketMailsPg.layer
  ).pipe(
    Layer.provide(Listener.layer),
    Layer.provideMerge(OutboxPg.layer),
    Layer.provideMerge(NowPg.layer(options.clock))
  )
