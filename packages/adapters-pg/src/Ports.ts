/** Every port that PostgreSQL holds. */
import { Layer } from "effect"
import * as AccountsPg from "./accounts/AccountsPg.ts"
import * as IdentityChecksPg from "./accounts/IdentityChecksPg.ts"
import * as MailCountsPg from "./accounts/MailCountsPg.ts"
import * as SecurityLogPg from "./accounts/SecurityLogPg.ts"
import * as SessionEnds from "./accounts/SessionEnds.ts"
import * as SessionsPg from "./accounts/SessionsPg.ts"
import * as SharedCountsPg from "./accounts/SharedCountsPg.ts"
import * as ThrottlesPg from "./accounts/ThrottlesPg.ts"
import * as BooksPg from "./books/BooksPg.ts"
import * as Listener from "./database/Listener.ts"
import * as NowPg from "./database/NowPg.ts"
import * as DrawEventsPg from "./draws/DrawEventsPg.ts"
import * as DrawsPg from "./draws/DrawsPg.ts"
import * as TicketMailsPg from "./draws/TicketMailsPg.ts"
import * as JobBoardPg from "./jobs/JobBoardPg.ts"
import * as OutboxPg from "./jobs/OutboxPg.ts"
import * as AdjustmentsPg from "./money/AdjustmentsPg.ts"
import * as CheckoutsPg from "./money/CheckoutsPg.ts"
import * as FundingsPg from "./money/FundingsPg.ts"
import * as LedgerPg from "./money/LedgerPg.ts"
import * as PayoutAccountsPg from "./money/PayoutAccountsPg.ts"
import * as WebhookInboxPg from "./money/WebhookInboxPg.ts"
import * as WithdrawalsPg from "./money/WithdrawalsPg.ts"
import * as ApprovalsPg from "./operators/ApprovalsPg.ts"
import * as LookupPg from "./operators/LookupPg.ts"
import * as OperatorLogPg from "./operators/OperatorLogPg.ts"
import * as PlayControlsPg from "./play/PlayControlsPg.ts"
import * as DevicesPg from "./push/DevicesPg.ts"
import * as PushMessagesPg from "./push/PushMessagesPg.ts"
import * as RetentionPg from "./retention/RetentionPg.ts"
import * as RoomsPg from "./rooms/RoomsPg.ts"
import * as SalesPg from "./sales/SalesPg.ts"

export interface PortsOptions {
  readonly sales?: SalesPg.SalesOptions
  readonly clock?: NowPg.NowOptions
}

/** Accounts, Sessions, SecurityLog, SharedCounts, MailCounts, Throttles, PlayControls and IdentityChecks. */
const accounts = Layer.mergeAll(
  AccountsPg.layer,
  SessionsPg.layer,
  SecurityLogPg.layer,
  SharedCountsPg.layer,
  MailCountsPg.layer,
  ThrottlesPg.layer,
  PlayControlsPg.layer,
  IdentityChecksPg.layer
).pipe(Layer.provide(SessionEnds.layer))

/** Money in and out, and by hand: Ledger, Fundings, Checkouts, Withdrawals, PayoutAccounts, WebhookInbox, JobBoard, Adjustments, Approvals. */
export const money = Layer.mergeAll(
  LedgerPg.layer,
  FundingsPg.layer,
  CheckoutsPg.layer,
  WithdrawalsPg.layer,
  PayoutAccountsPg.layer,
  WebhookInboxPg.layer,
  JobBoardPg.layer,
  AdjustmentsPg.layer,
  ApprovalsPg.layer
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
    TicketMailsPg.layer,
    DevicesPg.layer,
    PushMessagesPg.layer,
    OperatorLogPg.layer,
    LookupPg.layer,
    RetentionPg.layer
  ).pipe(
    Layer.provide(Listener.layer),
    Layer.provideMerge(OutboxPg.layer),
    Layer.provideMerge(NowPg.layer(options.clock))
  )
