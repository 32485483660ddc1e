/**
 * Contract tests: what every adapter of a port must do, whatever it is made of.
 *
 * Each `…Contract` function registers its tests for one adapter. Each test runs in a world of its own.
 */
import type { Accounts } from "@ddd/core/ports/Accounts"
import type { Books } from "@ddd/core/ports/Books"
import type { DrawEvents } from "@ddd/core/ports/DrawEvents"
import type { Draws } from "@ddd/core/ports/Draws"
import type { Fundings } from "@ddd/core/ports/Fundings"
import type { JobBoard } from "@ddd/core/ports/JobBoard"
import type { Ledger } from "@ddd/core/ports/Ledger"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { Rooms } from "@ddd/core/ports/Rooms"
import type { Sales } from "@ddd/core/ports/Sales"
import type { Sealing } from "@ddd/core/ports/Sealing"
import type { SecurityLog } from "@ddd/core/ports/SecurityLog"
import type { Sessions } from "@ddd/core/ports/Sessions"
import type { Throttles } from "@ddd/core/ports/Throttles"
import type { TicketMails } from "@ddd/core/ports/TicketMails"
import type { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import type { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import type { World } from "../scenario/World.ts"

/** The ports of one world. */
export type Services =
  | Accounts
  | Books
  | DrawEvents
  | Draws
  | Fundings
  | JobBoard
  | Ledger
  | MailedTokens
  | PayoutAccounts
  | RecordSigner
  | Rooms
  | Sales
  | Sealing
  | SecurityLog
  | Sessions
  | Throttles
  | TicketMails
  | WebhookInbox
  | Withdrawals
  | World

/** Adapters under test. There is no beacon in their world. */
export interface Subject {
  /** As it stands in the names of the tests: `"memory"`. */
  readonly name: string
  /** Makes an empty world each time it is built: no player but the house, no draw, and midnight hours away. */
  readonly layer: Layer.Layer<Services, unknown>
}

/** Registers a test. */
export type ContractTest = (name: string, test: Effect.Effect<void, unknown, Services | Scope.Scope>) => void

/** Milliseconds: a real database on a busy machine takes its time to be made. */
const timeout = 60_000

/** Registers `tests` of `port` for a subject. They run in real time. */
export const contract = (port: string, subject: Subject, tests: (it: ContractTest) => void): void => {
  describe(`${port} in ${subject.name}`, () =>
    tests((name, test) => it.live(name, () => Effect.provide(test, Layer.fresh(subject.layer)), timeout)))
}
