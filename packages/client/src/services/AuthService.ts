/** Accounts and sessions. */
import type { SessionInfo, Tokens, User } from "../Contract.ts"
import { DddError } from "../Errors.ts"
import { type Api, doneOf, valueOf } from "../http/Api.ts"
import type { EndingSessions } from "../session/EndingSessions.ts"
import type { Session, SessionChange, SignedIn } from "../session/Session.ts"

export interface NewAccount {
  readonly email: string
  readonly username: string
  readonly password: string
  /** `1990-02-03`; where the operator asks for an age. */
  readonly dateOfBirth?: string
}

export interface Credentials {
  readonly email: string
  readonly password: string
}

export class AuthService {
  readonly #open: Api
  readonly #signed: Api
  readonly #session: Session
  readonly #ending: EndingSessions

  constructor(open: Api, signed: Api, session: Session, ending: EndingSessions) {
    this.#open = open
    this.#signed = signed
    this.#session = session
    this.#ending = ending
  }

  /** Opens an account and signs in. `email_taken`, `username_taken`, `under_age`, `not_available_here`, `invalid_request`. */
  async signUp(account: NewAccount): Promise<User> {
    return await this.#take(await valueOf(this.#open.POST("/auth/sign-up", { body: account })))
  }

  /** `invalid_credentials`, `account_frozen`, `rate_limited`. */
  async signIn({ email, password }: Credentials): Promise<User> {
    return await this.#take(await valueOf(this.#open.POST("/auth/sign-in", { body: { email, password } })))
  }

  /**
   * Signs out on this device, also where the server cannot be reached: it is told when the device is online again. Rejects with `storage`
   * where neither the device could forget the session nor the server end it: then nobody is signed in until the app starts anew.
   */
  async signOut(): Promise<void> {
    const { isForgotten, refreshToken } = await this.#session.leave()
    const isEnded = refreshToken === null || await this.#ending.end(refreshToken)
    if (!isForgotten && !isEnded) throw new DddError("storage", "The device cannot forget who was signed in.")
  }

  /** Ends every session of the player, this one too. */
  async signOutEverywhere(): Promise<void> {
    const userId = await this.#session.player()
    await doneOf(this.#signed.POST("/auth/sign-out-everywhere"))
    await this.#session.leave(userId)
  }

  /** Who is signed in on this device; null: nobody. Asks no server. */
  current(): Promise<SignedIn | null> {
    return this.#session.current()
  }

  /** Called once at each change of who is signed in. Gives what ends that. */
  onChange(listener: (change: SessionChange) => void): () => void {
    return this.#session.onChange(listener)
  }

  async sessions(): Promise<ReadonlyArray<SessionInfo>> {
    return (await valueOf(this.#signed.GET("/auth/sessions"))).items
  }

  endSession(id: string): Promise<void> {
    return doneOf(this.#signed.DELETE("/auth/sessions/{id}", { params: { path: { id } } }))
  }

  /** Ends every other session. */
  changePassword(currentPassword: string, password: string): Promise<void> {
    return doneOf(this.#signed.POST("/auth/change-password", { body: { currentPassword, password } }))
  }

  /** Mails a link, where the address is known. */
  requestPasswordReset(email: string): Promise<void> {
    return doneOf(this.#open.POST("/auth/reset-password", { body: { email } }))
  }

  /** `token`: of the mailed link; `invalid_token`. Every session of the player ends. */
  confirmPasswordReset(token: string, password: string): Promise<void> {
    return doneOf(this.#open.POST("/auth/reset-password/confirm", { body: { token, password } }))
  }

  /** `token`: of the mailed link; `invalid_token`. */
  verifyEmail(token: string): Promise<void> {
    return doneOf(this.#open.POST("/auth/verify-email", { body: { token } }))
  }

  resendVerification(): Promise<void> {
    return doneOf(this.#signed.POST("/auth/verify-email/resend"))
  }

  /** Signs in, and has the server end the session of who was signed in before. */
  async #take({ tokens, user }: { readonly tokens: Tokens; readonly user: User }): Promise<User> {
    const earlier = await this.#session.take(user, tokens)
    // nobody waits for it
    if (earlier !== null) this.#ending.end(earlier).catch(() => {})
    return user
  }
}
