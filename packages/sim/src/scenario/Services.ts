/** What a scenario acts on. */
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
import type { OperatorLog } from "@ddd/core/ports/OperatorLog"
import type { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import type { PlayControls } from "@ddd/core/ports/PlayControls"
import type { PushMessages } from "@ddd/core/ports/PushMessages"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Retention } from "@ddd/core/ports/Retention"
import type { Rooms } from "@ddd/core/ports/Rooms"
import type { Sales } from "@ddd/core/ports/Sales"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SecurityLog } from "@ddd/core/ports/SecurityLog"
import type { Sessions } from "@ddd/core/ports/Sessions"
import type { SharedCounts } from "@ddd/core/ports/SharedCounts"
import type { Throttles } from "@ddd/core/ports/Throttles"
import type { TicketMails } from "@ddd/core/ports/TicketMails"
import type { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import type { Withdrawals } from "@ddd/core/ports/Withdrawals"
import type { World } from "../World.ts"

/** The ports of one world. */
export type Services =
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
  | OperatorLog
  | PayoutAccounts
  | PlayControls
  | PushMessages
  | RecordSigner
  | Retention
  | Rooms
  | Sales
  | Sealing
  | SecurityLog
  | Sessions
  | SharedCounts
  | Throttles
  | TicketMails
  | WebhookInbox
  | Withdrawals
  | World
