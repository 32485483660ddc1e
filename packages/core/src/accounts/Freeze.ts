/** How operators freeze an account and unfreeze it. */
import type { UserId } from "../values/Ids.ts"
import { logged, type OperatorAct } from "../values/OperatorAct.ts"
import { type AccountChange, noChange } from "./AccountChange.ts"
import { operatorOrigin } from "./SecurityEvent.ts"
import type { Account } from "./User.ts"

export interface FreezeFacts {
  /** Under the wallet's lock, after which no sale is under way that found another state, and then that on the user's row. */
  readonly account: Account | null
  readonly newIds: { readonly event: string }
}

const setFrozen = (
  { account, newIds }: FreezeFacts,
  userId: UserId,
  frozen: boolean,
  act: OperatorAct
): AccountChange =>
  account === null || account.erased || account.frozen === frozen ? noChange(userId) : {
    ...noChange(userId),
    set: { frozen },
    abandonsRooms: frozen,
    endSessions: frozen ? { which: { except: null }, reason: "frozen" } : null,
    events: [{
      id: newIds.event,
      type: frozen ? "frozen" : "unfrozen",
      userId,
      sessionId: null,
      origin: operatorOrigin,
      details: {}
    }],
    measure: { _tag: frozen ? "Frozen" : "Unfrozen" },
    log: logged(act, "user", userId)
  }

/** Freezes an account, ends its sessions, and has its rooms closed. Nothing where it is frozen or erased. */
export const freeze = (facts: FreezeFacts, userId: UserId, act: OperatorAct): AccountChange =>
  setFrozen(facts, userId, true, act)

/** Unfreezes an account. Nothing where it is not frozen, or erased. */
export const unfreeze = (facts: FreezeFacts, userId: UserId, act: OperatorAct): AccountChange =>
  setFrozen(facts, userId, false, act)
