/**
 * What Stripe keeps of money: the platform's balance, connected accounts with theirs, transfers and payouts.
 *
 * Objects have the names and the forms of Stripe's API, as far as clients use them. Amounts are whole cents.
 *
 * Over 300 lines: every kind of object changes the same balances.
 */
import type { ProviderPayoutStatus } from "@ddd/core/money/Withdrawal"
import { type Answer, fault, invalid, missing, ok } from "./Answers.ts"

export interface StandInAccount {
  readonly id: string
  readonly email: string | undefined
  readonly displayName: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** Whether money can be sent to it. */
  isActive: boolean
  /** What can be paid out from it. */
  available: number
  /** Nobody but Stripe sees anything of it any more, or `disconnected`: we do not, as its owner has left us. */
  end: "closed" | "disconnected" | null
}

export interface StandInTransfer {
  readonly id: string
  readonly object: "transfer"
  readonly amount: number
  amount_reversed: number
  reversed: boolean
  /** Seconds. */
  readonly created: number
  readonly currency: "usd"
  readonly destination: string
  readonly livemode: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly transfer_group: string | null
}

export interface StandInPayout {
  readonly id: string
  readonly object: "payout"
  readonly amount: number
  /** Seconds. */
  readonly created: number
  readonly currency: "usd"
  readonly livemode: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly method: "standard"
  status: ProviderPayoutStatus
  failure_code: string | null
  failure_message: string | null
}

/** What is to become of a payout, by the stand-in's clock. */
interface Course {
  readonly payout: StandInPayout
  readonly account: StandInAccount
  /** What it becomes next, soonest first. */
  readonly ahead: Array<{ readonly status: ProviderPayoutStatus; readonly at: number }>
}

/** How long a payout takes, in milliseconds from when it was asked for. */
export interface PayoutTimes {
  readonly inTransitMillis: number
  readonly paidMillis: number
  /** From when it was paid, where the bank sends it back. */
  readonly failedLaterMillis: number
}

export interface BooksOptions {
  /** Names what this stand-in makes, so that another run makes others. */
  readonly run: string
  readonly livemode: boolean
  readonly platformBalance: number
  readonly times: PayoutTimes
  readonly now: () => number
  /** Something happened to an object; `account`: in that connected account. */
  readonly emit: (type: string, object: object, account: string | null) => void
  /** Something happened to an account. */
  readonly emitAccount: (account: string) => void
}

/** What becomes of a payout in the end. */
export type PayoutEnd = "paid" | "failed" | "failed days later"

export interface AskedTransfer {
  readonly amount: number
  readonly destination: string
  readonly metadata: Readonly<Record<string, string>>
  readonly transferGroup: string | undefined
}

export class Books {
  readonly accounts = new Map<string, StandInAccount>()
  readonly transfers = new Map<string, StandInTransfer>()
  readonly payouts = new Map<string, StandInPayout>()
  platformBalance: number
  readonly #payoutAccounts = new Map<string, StandInAccount>()
  readonly #courses = new Map<string, Course>()
  readonly #options: BooksOptions
  #made = 0

  constructor(options: BooksOptions) {
    this.#options = options
    this.platformBalance = options.platformBalance
  }

  #id(kind: string): string {
    return `${kind}_${this.#options.run}${String(++this.#made).padStart(6, "0")}`
  }

  /** What every object bears. */
  #stamp() {
    return {
      created: Math.floor(this.#options.now() / 1_000),
      currency: "usd",
      livemode: this.#options.livemode
    } as const
  }

  openAccount(account: Pick<StandInAccount, "email" | "displayName" | "metadata">): StandInAccount {
    const opened = { ...account, id: this.#id("acct"), isActive: false, available: 0, end: null }
    this.accounts.set(opened.id, opened)
    return opened
  }

  activate(id: string): boolean {
    const account = this.accounts.get(id)
    if (account === undefined) return false
    if (!account.isActive) {
      account.isActive = true
      this.#options.emitAccount(id)
    }
    return true
  }

  /** The account loses what money can be sent by, as where Stripe wants to know more of its owner. */
  restrict(id: string): void {
    const account = this.accounts.get(id)
    if (account === undefined) return
    account.isActive = false
    this.#options.emitAccount(id)
  }

  /** The account ends for us. */
  end(id: string, end: "closed" | "disconnected"): void {
    const account = this.accounts.get(id)
    if (account === undefined) return
    account.end = end
    if (end === "closed") this.#options.emitAccount(id)
    else this.#options.emit("account.application.deauthorized", { id: "ca_standin", object: "application" }, id)
  }

  /** What is answered about an account that has ended; undefined where it has not. */
  gone(id: string | undefined): Answer | undefined {
    return id === undefined || (this.accounts.get(id)?.end ?? null) === null ? undefined : fault(403, {
      type: "invalid_request_error",
      code: "account_invalid",
      message: `The provided key does not have access to account '${id}' (or that account does not exist). ` +
        "Application access may have been revoked."
    })
  }

  transfer({ amount, destination, metadata, transferGroup }: AskedTransfer): Answer {
    const account = this.accounts.get(destination)
    if (account === undefined || account.end !== null) {
      return invalid("resource_missing", `No such destination: '${destination}'`, "destination")
    }
    if (!account.isActive) {
      return invalid(
        "insufficient_capabilities_for_transfer",
        "Your destination account needs to have at least one of the following capabilities enabled: transfers"
      )
    }
    if (this.platformBalance < amount) {
      return invalid("balance_insufficient", "You have insufficient available funds in your Stripe account.")
    }
    this.platformBalance -= amount
    account.available += amount
    const transfer: StandInTransfer = {
      ...this.#stamp(),
      id: this.#id("tr"),
      object: "transfer",
      amount,
      amount_reversed: 0,
      reversed: false,
      destination,
      metadata,
      transfer_group: transferGroup ?? null
    }
    this.transfers.set(transfer.id, transfer)
    this.#options.emit("transfer.created", transfer, null)
    return ok({ ...transfer })
  }

  reverse(id: string, asked: number | undefined, metadata: Readonly<Record<string, string>>): Answer {
    const transfer = this.transfers.get(id)
    if (transfer === undefined) return missing("transfer", id)
    const left = transfer.amount - transfer.amount_reversed
    const amount = asked ?? left
    if (left === 0 || amount > left) {
      return fault(400, {
        type: "invalid_request_error",
        message: `Transfer ${id} can be reversed by ${left} more at most.`
      })
    }
    const account = this.accounts.get(transfer.destination)
    if (account === undefined || account.available < amount) {
      return invalid(
        "balance_insufficient",
        "The connected account does not have enough available balance to reverse it."
      )
    }
    account.available -= amount
    this.platformBalance += amount
    transfer.amount_reversed += amount
    transfer.reversed = transfer.amount_reversed === transfer.amount
    this.#options.emit("transfer.reversed", transfer, null)
    return ok({
      id: this.#id("trr"),
      object: "transfer_reversal",
      amount,
      created: this.#stamp().created,
      currency: "usd",
      metadata,
      transfer: id
    })
  }

  payOut(accountId: string, amount: number, metadata: Readonly<Record<string, string>>, end: PayoutEnd): Answer {
    const account = this.accounts.get(accountId)
    if (account === undefined) return missing("account", accountId)
    if (account.available < amount) {
      return invalid("balance_insufficient", "You have insufficient funds in your Stripe account for this payout.")
    }
    account.available -= amount
    const payout: StandInPayout = {
      ...this.#stamp(),
      id: this.#id("po"),
      object: "payout",
      amount,
      metadata,
      method: "standard",
      status: "pending",
      failure_code: null,
      failure_message: null
    }
    this.payouts.set(payout.id, payout)
    this.#payoutAccounts.set(payout.id, account)
    const { failedLaterMillis, inTransitMillis, paidMillis } = this.#options.times
    const now = this.#options.now()
    this.#courses.set(payout.id, {
      payout,
      account,
      ahead: [
        { status: "in_transit", at: now + inTransitMillis },
        { status: end === "failed" ? "failed" : "paid", at: now + paidMillis },
        ...(end === "failed days later"
          ? [{ status: "failed" as const, at: now + paidMillis + failedLaterMillis }]
          : [])
      ]
    })
    this.#options.emit("payout.created", payout, account.id)
    return ok({ ...payout })
  }

  /** A connected account's payouts, oldest first. */
  payoutsOf(account: string): ReadonlyArray<StandInPayout> {
    return [...this.payouts.values()].filter(({ id }) => this.#payoutAccounts.get(id)?.id === account)
  }

  /** A payout of that account; undefined for another's. */
  payoutOf(account: string, id: string): StandInPayout | undefined {
    return this.#payoutAccounts.get(id)?.id === account ? this.payouts.get(id) : undefined
  }

  #become(payout: StandInPayout, account: StandInAccount, status: ProviderPayoutStatus): void {
    payout.status = status
    if (status === "failed") {
      account.available += payout.amount
      payout.failure_code = "account_closed"
      payout.failure_message = "The bank account has been closed."
    }
    this.#options.emit(status === "in_transit" ? "payout.updated" : `payout.${status}`, payout, account.id)
  }

  /** The bank does not take a payout, or sends it back; false where there is none that it could. */
  failPayout(id: string): boolean {
    const [payout, account] = [this.payouts.get(id), this.#payoutAccounts.get(id)]
    if (payout === undefined || account === undefined || payout.status === "failed" || payout.status === "canceled") {
      return false
    }
    this.#courses.delete(id)
    this.#become(payout, account, "failed")
    return true
  }

  /** Lets happen what is due by the clock. */
  settle(): void {
    const now = this.#options.now()
    for (const [id, { account, ahead, payout }] of this.#courses) {
      while (ahead[0] !== undefined && ahead[0].at <= now) {
        this.#become(payout, account, ahead[0].status)
        ahead.shift()
      }
      if (ahead.length === 0) this.#courses.delete(id)
    }
  }
}
