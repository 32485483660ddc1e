/** The player's profile, wallet and limits. */
import type { Limits, PayoutAccount, PayoutPage, Profile, TimeOut, Transaction, Wallet } from "../Contract.ts"
import { type Api, doneOf, valueOf } from "../http/Api.ts"
import type { KeptRequests } from "../requests/KeptRequests.ts"
import type { Session } from "../session/Session.ts"

export interface ProfileChange {
  readonly username?: string
  /** Needs `currentPassword`. The old address stays in force until the new one is verified. */
  readonly email?: string
  readonly currentPassword?: string
  /** By itself, and once. */
  readonly dateOfBirth?: string
}

/** What is left out stays; null: no limit. */
export type LimitChange = Partial<Omit<Limits, "pending">>

export interface Device {
  /** What Expo gave the app. */
  readonly pushToken: string
  readonly platform: "android" | "ios"
  /** As BCP 47 writes it. */
  readonly locale: string
}

export class UserService {
  readonly #signed: Api
  readonly #requests: KeptRequests
  readonly #session: Session

  constructor(signed: Api, requests: KeptRequests, session: Session) {
    this.#signed = signed
    this.#requests = requests
    this.#session = session
  }

  profile(): Promise<Profile> {
    return valueOf(this.#signed.GET("/user/profile"))
  }

  changeProfile(change: ProfileChange): Promise<Profile> {
    return valueOf(this.#signed.PATCH("/user/profile", { body: change }))
  }

  wallet(): Promise<Wallet> {
    return valueOf(this.#signed.GET("/wallet"))
  }

  /** Asks for money to be paid out, once: see `unsettled` of `OwnCode`. `not_withdrawable`, `payout_account_missing`, `email_unverified`, … */
  withdraw(amount: string): Promise<Transaction> {
    return this.#requests.perform("withdrawal", () => ({ amount }))
  }

  payoutAccount(): Promise<PayoutAccount> {
    return valueOf(this.#signed.GET("/wallet/payout-account"))
  }

  /** The provider's page, where the player opens the account: a new one each time. */
  openPayoutAccount(): Promise<PayoutPage> {
    return valueOf(this.#signed.POST("/wallet/payout-account"))
  }

  removePayoutAccount(): Promise<void> {
    return doneOf(this.#signed.DELETE("/wallet/payout-account"))
  }

  limits(): Promise<Limits> {
    return valueOf(this.#signed.GET("/user/limits"))
  }

  /** What is lower is in force at once; what is higher waits for 24 hours, and for `confirmLimits`. */
  changeLimits(change: LimitChange): Promise<Limits> {
    return valueOf(this.#signed.PUT("/user/limits", { body: change }))
  }

  confirmLimits(): Promise<Limits> {
    return valueOf(this.#signed.POST("/user/limits/confirm"))
  }

  /** 24 to 1008 hours. */
  takeTimeOut(hours: number): Promise<TimeOut> {
    return valueOf(this.#signed.POST("/user/time-out", { body: { hours } }))
  }

  /** 180 to 1825 days. */
  excludeSelf(days: number): Promise<TimeOut> {
    return valueOf(this.#signed.POST("/user/self-exclusion", { body: { days } }))
  }

  /** Has the player told things on this device: after signing in, and at each start of the app. `deviceId`: a UUID that the app made when it was installed. */
  putDevice(deviceId: string, { locale, platform, pushToken }: Device): Promise<void> {
    const body = { pushToken, platform, locale }
    return doneOf(this.#signed.PUT("/user/devices/{deviceId}", { params: { path: { deviceId } }, body }))
  }

  removeDevice(deviceId: string): Promise<void> {
    return doneOf(this.#signed.DELETE("/user/devices/{deviceId}", { params: { path: { deviceId } } }))
  }

  /** Everything that is kept about the player, as the text of one JSON object. */
  exportData(): Promise<string> {
    return valueOf(this.#signed.GET("/user/export", { parseAs: "text" }))
  }

  /** Closes the account for good, and signs out. `erasure_refused` with all `reasons`; `invalid_credentials`. */
  async erase(currentPassword: string): Promise<void> {
    const userId = await this.#session.player()
    await doneOf(this.#signed.DELETE("/user", { body: { currentPassword } }))
    await this.#session.leave(userId)
  }
}
