/** All contract tests at once. */
import { accountsContract } from "./Accounts.ts"
import { adjustmentsContract } from "./Adjustments.ts"
import { beaconDrawsContract } from "./BeaconDraws.ts"
import { booksContract } from "./Books.ts"
import { checkoutsContract } from "./Checkouts.ts"
import { clockworkContract } from "./Clockwork.ts"
import { credentialsContract } from "./Credentials.ts"
import { devicesContract } from "./Devices.ts"
import { drawEventsContract } from "./DrawEvents.ts"
import { drawsContract } from "./Draws.ts"
import { fourEyesContract } from "./FourEyes.ts"
import { fundingsContract } from "./Fundings.ts"
import { identityChecksContract } from "./IdentityChecks.ts"
import { identityMoneyContract } from "./IdentityMoney.ts"
import { jobBoardContract } from "./JobBoard.ts"
import { ledgerContract } from "./Ledger.ts"
import { lookupContract } from "./Lookup.ts"
import { mailCountsContract } from "./MailCounts.ts"
import { operatorLogContract } from "./OperatorLog.ts"
import { operatorsContract } from "./Operators.ts"
import { ownDataContract } from "./OwnData.ts"
import { pausedSalesContract } from "./PausedSales.ts"
import { payoutAccountsContract } from "./PayoutAccounts.ts"
import { playControlsContract } from "./PlayControls.ts"
import { pushMessagesContract } from "./PushMessages.ts"
import { retentionContract } from "./Retention.ts"
import { roomDrawsContract } from "./RoomDraws.ts"
import { roomsContract } from "./Rooms.ts"
import { salesContract } from "./Sales.ts"
import { sessionsContract } from "./Sessions.ts"
import { sharedCountsContract } from "./SharedCounts.ts"
import type { Subject } from "./Subject.ts"
import { throttlesContract } from "./Throttles.ts"
import { ticketMailsContract } from "./TicketMails.ts"
import { unfollowedChainsContract } from "./UnfollowedChains.ts"
import { voidStepsContract } from "./VoidSteps.ts"
import { webhookInboxContract } from "./WebhookInbox.ts"
import { withdrawalsContract } from "./Withdrawals.ts"

/** Registers the contract tests of every port. */
export const allContracts = (subject: Subject): void => {
  accountsContract(subject)
  credentialsContract(subject)
  sessionsContract(subject)
  sharedCountsContract(subject)
  mailCountsContract(subject)
  retentionContract(subject)
  throttlesContract(subject)
  operatorsContract(subject)
  operatorLogContract(subject)
  lookupContract(subject)
  ledgerContract(subject)
  ownDataContract(subject)
  fundingsContract(subject)
  checkoutsContract(subject)
  withdrawalsContract(subject)
  adjustmentsContract(subject)
  fourEyesContract(subject)
  payoutAccountsContract(subject)
  webhookInboxContract(subject)
  playControlsContract(subject)
  identityChecksContract(subject)
  identityMoneyContract(subject)
  ticketMailsContract(subject)
  devicesContract(subject)
  pushMessagesContract(subject)
  jobBoardContract(subject)
  salesContract(subject)
  pausedSalesContract(subject)
  roomsContract(subject)
  roomDrawsContract(subject)
  beaconDrawsContract(subject)
  unfollowedChainsContract(subject)
  voidStepsContract(subject)
  clockworkContract(subject)
  drawsContract(subject)
  drawEventsContract(subject)
  booksContract(subject)
}
