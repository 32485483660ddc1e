/** All contract tests at once. */
import { accountsContract } from "./Accounts.ts"
import { booksContract } from "./Books.ts"
import { clockworkContract } from "./Clockwork.ts"
import { credentialsContract } from "./Credentials.ts"
import { drawEventsContract } from "./DrawEvents.ts"
import { drawsContract } from "./Draws.ts"
import { ledgerContract } from "./Ledger.ts"
import { operatorsContract } from "./Operators.ts"
import { salesContract } from "./Sales.ts"
import { sessionsContract } from "./Sessions.ts"
import type { Subject } from "./Subject.ts"
import { throttlesContract } from "./Throttles.ts"

/** Registers the contract tests of every port. */
export const allContracts = (subject: Subject): void => {
  accountsContract(subject)
  credentialsContract(subject)
  sessionsContract(subject)
  throttlesContract(subject)
  operatorsContract(subject)
  ledgerContract(subject)
  salesContract(subject)
  clockworkContract(subject)
  drawsContract(subject)
  drawEventsContract(subject)
  booksContract(subject)
}
