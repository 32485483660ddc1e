/**
 * A whole world in memory: every port that holds money, draws or accounts, and the keys they need.
 *
 * It is the executable model that the real adapters are compared with, and what tests of other packages run on. The same
 * options and the same calls give the same world, ids and seeds included.
 */
import type { Accounts } from "@ddd/core/ports/Accounts"
import type { Adjustments } from "@ddd/core/ports/Adjustments"
import type { Approvals } from "@ddd/core/ports/Approvals"
import type { Books } from "@ddd/core/ports/Books"
import type { Checkouts } from "@ddd/core/ports/Checkouts"
import type { Devices } from "@ddd/core/ports/Devices"
import type { DrawEvents } from "@ddd/core/ports/DrawEvents"
import type { Draws } from "@ddd/core/ports/Draws"
import type { Fundings } from "@ddd/core/ports/Fundings"
import type { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import type { JobBoard } from "@ddd/core/ports/JobBoard"
import type { Ledger } from "@ddd/core/ports/Ledger"
import type { Lookup } from "@ddd/core/ports/Lookup"
import type { MailCounts } from "@ddd/core/ports/MailCounts"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { Now } from "@ddd/core/ports/Now"
import type { OperatorLog } from "@ddd/core/ports/OperatorLog"
import type { Outbox } from "@ddd/core/ports/Outbox"
import type { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import type { PlayControls } from "@ddd/core/ports/PlayControls"
import type { PushMessages } from "@ddd/core/ports/PushMessages"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Retention } from "@ddd/core/ports/Retention"
import type { Rooms } from "@ddd/core/ports/Rooms"
import type { Sales } from "@ddd/core/ports/Sales"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SecurityLog } from "@ddd/core/ports/SecurityLog"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import type { Sessions } from "@ddd/core/ports/Sessions"
import type { SharedCounts } from "@ddd/core/ports/SharedCounts"
import type { Throttles } from "@ddd/core/ports/Throttles"
import type { TicketMails } from "@ddd/core/ports/TicketMails"
import type { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import type { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Layer } from "effect"
import type { World } from "../World.ts"
import * as AccountsMemory from "./accounts/AccountsMemory.ts"
import * as IdentityChecksMemory from "./accounts/IdentityChecksMemory.ts"
import * as MailCountsMemory from "./accounts/MailCountsMemory.ts"
import * as SecurityLogMemory from "./accounts/SecurityLogMemory.ts"
import * as SessionsMemory from "./accounts/SessionsMemory.ts"
import * as SharedCountsMemory from "./accounts/SharedCountsMemory.ts"
import * as ThrottlesMemory from "./accounts/ThrottlesMemory.ts"
import * as BooksMemory from "./BooksMemory.ts"
import * as Clock from "./Clock.ts"
import * as DrawEventsMemory from "./draws/DrawEventsMemory.ts"
import * as DrawsMemory from "./draws/DrawsMemory.ts"
import * as TicketMailsMemory from "./draws/TicketMailsMemory.ts"
import * as JobBoardMemory from "./jobs/JobBoardMemory.ts"
import * as OutboxMemory from "./jobs/OutboxMemory.ts"
import * as KeysMemory from "./KeysMemory.ts"
import * as AdjustmentsMemory from "./money/AdjustmentsMemory.ts"
import * as CheckoutsMemory from "./money/CheckoutsMemory.ts"
import * as FundingsMemory from "./money/FundingsMemory.ts"
import * as LedgerMemory from "./money/LedgerMemory.ts"
import * as PayoutAccountsMemory from "./money/PayoutAccountsMemory.ts"
import * as WebhookInboxMemory from "./money/WebhookInboxMemory.ts"
import * as WithdrawalsMemory from "./money/WithdrawalsMemory.ts"
import * as ApprovalsMemory from "./operators/ApprovalsMemory.ts"
import * as LookupMemory from "./operators/LookupMemory.ts"
import * as OperatorLogMemory from "./operators/OperatorLogMemory.ts"
import * as PlayControlsMemory from "./play/PlayControlsMemory.ts"
import * as DevicesMemory from "./push/DevicesMemory.ts"
import * as PushMessagesMemory from "./push/PushMessagesMemory.ts"
import * as RetentionMemory from "./RetentionMemory.ts"
import * as RoomsMemory from "./rooms/RoomsMemory.ts"
import * as SalesMemory from "./sales/SalesMemory.ts"
import * as Store from "./Store.ts"

export type Ports =
  | Accounts
  | Adjustments
  | Approvals
  | Books
  | Checkouts
  | Devices
  | DrawEvents
  | Draws
  | Fundings
  | IdentityChecks
  | JobBoard
  | Ledger
  | Lookup
  | MailCounts
  | MailedTokens
  | Now
  | OperatorLog
  | Outbox
  | PayoutAccounts
  | PlayControls
  | PushMessages
  | RecordSigner
  | Retention
  | Rooms
  | Sales
  | Sealing
  | SecurityLog
  | SeedVault
  | Sessions
  | SharedCounts
  | Throttles
  | TicketMails
  | WebhookInbox
  | Withdrawals

export interface MemoryOptions {
  /** What the clock says first. The first draw opens then. */
  readonly startsAt?: Instant
  /** Worlds with different seeds have different ids and seeds: a whole number from 0 to 2^32 − 1. */
  readonly seed?: number
}

/** Half past ten on a day like any other. */
const anInstant = instant(Date.UTC(2026, 1, 3, 10, 30))

/** Each use makes a new world. */
export const layer = (
  { seed = 0, startsAt = anInstant }: MemoryOptions = {}
): Layer.Layer<Ports | World | Store.Store> =>
  Layer.fresh(
    Layer.mergeAll(
      AccountsMemory.layer,
      AdjustmentsMemory.layer,
      ApprovalsMemory.layer,
      BooksMemory.layer,
      CheckoutsMemory.layer,
      Clock.layer,
      DevicesMemory.layer,
      DrawEventsMemory.layer,
      DrawsMemory.layer,
      FundingsMemory.layer,
      IdentityChecksMemory.layer,
      JobBoardMemory.layer,
      LedgerMemory.layer,
      LookupMemory.layer,
      MailCountsMemory.layer,
      OperatorLogMemory.layer,
      OutboxMemory.layer,
      PayoutAccountsMemory.layer,
      PlayControlsMemory.layer,
      PushMessagesMemory.layer,
      RetentionMemory.layer,
      RoomsMemory.layer,
      SalesMemory.layer,
      SecurityLogMemory.layer,
      SessionsMemory.layer,
      SharedCountsMemory.layer,
      ThrottlesMemory.layer,
      TicketMailsMemory.layer,
      WebhookInboxMemory.layer,
      WithdrawalsMemory.layer
    ).pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          Store.layer({ startsAt, seed }),
          KeysMemory.mailedTokens,
          KeysMemory.recordSigner,
          KeysMemory.sealing,
          KeysMemory.seedVault(seed)
        )
      )
    )
  )
