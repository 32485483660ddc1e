/**
 * Who is signed in on this device, and the tokens that show it.
 *
 * A refresh token is good once. One refresh runs at a time among all who share the storage; whoever waited finds the new tokens there. An
 * answer that is lost is asked for again, with the same token, within the ten seconds in which the contract answers it with the same
 * successor (docs/api.md, `/auth/refresh`); a token whose successor is kept is never sent again.
 *
 * Whoever asks for a token says whose: the storage is shared with other tabs, in which somebody else may have signed in.
 */
import type { Tokens, User } from "../Contract.ts"
import { type ClientError, DddError, isClientError } from "../Errors.ts"
import { at, parseJson } from "../http/Transport.ts"
import { chance, type Clock, type KeyValueStorage, type LockPort, type Random, sleep } from "../Ports.ts"

/** Who is signed in. */
export interface SignedIn {
  readonly userId: string
}

/** Who is signed in has changed. `ended`: by somebody else than this tab. */
export type SessionChange =
  | { readonly type: "signedIn"; readonly userId: string }
  | { readonly type: "signedOut" }
  | { readonly type: "ended"; readonly reason: ClientError }

interface Kept extends SignedIn {
  readonly accessToken: string
  readonly refreshToken: string
  /** By the device's clock. Milliseconds. */
  readonly expiresAt: number
}

export interface SessionPorts {
  readonly storage: KeyValueStorage
  readonly lock: LockPort
  readonly clock: Clock
  readonly random: Random
  /** Exchanges a refresh token; rejects with a `ClientError` alone, within three seconds. */
  readonly refresh: (refreshToken: string) => Promise<Tokens>
}

const name = "ddd.session"

/** A token that ends sooner is replaced before it is shown. Milliseconds. */
const leastMillis = 30_000
/** Within so long of the first asking a lost answer is asked for again: the contract's ten seconds, less what a request takes. */
const repeatMillis = 8_000
/** Nobody waits longer between two askings. */
const pauseMillisMax = 1_000

/** The errors that say nothing of whether the token was exchanged. */
const isLost = ({ code }: ClientError): boolean =>
  ["network", "timeout", "unreadable", "internal", "unavailable", "outcome_unknown"].includes(code)

const keptOf = (text: string | null): Kept | null => {
  const json = text === null ? undefined : parseJson(text)
  const [userId, accessToken, refreshToken, expiresAt] = [
    at(json, "userId"),
    at(json, "accessToken"),
    at(json, "refreshToken"),
    at(json, "expiresAt")
  ]
  return typeof userId === "string" && typeof accessToken === "string" && typeof refreshToken === "string" &&
      typeof expiresAt === "number"
    ? { userId, accessToken, refreshToken, expiresAt }
    : null
}

const signedOut = (detail = "Nobody is signed in."): DddError<"signed_out"> => new DddError("signed_out", detail)

const another = (): DddError<"signed_out"> => signedOut("Whoever asked for it is not signed in any more.")

/** What became of signing out on the device. */
export interface Left {
  /** For the server to end; null: nobody was signed in. */
  readonly refreshToken: string | null
  /** Whether the device has forgotten it. */
  readonly isForgotten: boolean
}

export class Session {
  readonly #ports: SessionPorts
  readonly #listeners = new Set<(change: SessionChange) => void>()
  /** As last read; undefined before the first reading. */
  #kept: Kept | null | undefined
  /** The storage does not hold what was last written: what is in memory counts. */
  #isUnsaved = false
  #refreshing: { readonly userId: string; readonly answer: Promise<Kept> } | undefined

  constructor(ports: SessionPorts) {
    this.#ports = ports
  }

  /** Who is signed in, as far as this tab knows; null: nobody. */
  async current(): Promise<SignedIn | null> {
    const kept = this.#kept === undefined ? await this.#first() : this.#kept
    return kept === null ? null : { userId: kept.userId }
  }

  /** Whose a request is that is made now. Rejects with `signed_out` where nobody is signed in. */
  async player(): Promise<string> {
    const kept = this.#kept === undefined ? await this.#first() : this.#kept
    if (kept === null) throw signedOut()
    return kept.userId
  }

  /** Throws `signed_out` where somebody else than `userId` is signed in, or nobody, as far as this tab knows. */
  check(userId: string): void {
    if (this.#kept?.userId !== userId) throw another()
  }

  /** Looks whether another tab has signed in or out. */
  async sync(): Promise<void> {
    const before = this.#kept
    const kept = await this.#read()
    if (this.#kept === before) this.#become(kept)
  }

  /** Called at each change of who is signed in, once a change. Gives what ends that. */
  onChange(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Signs in by what the server answered. Gives the refresh token of who was signed in before, for the server to end; null: nobody was. */
  async take(user: User, tokens: Tokens): Promise<string | null> {
    const kept = this.#keptOf(user.id, tokens)
    return await this.#ports.lock.hold(name, async () => {
      const before = await this.#read().catch(() => this.#kept)
      await this.#save(kept)
      const isTold = this.#kept?.accessToken === kept.accessToken
      this.#kept = kept
      if (!isTold) this.#tell({ type: "signedIn", userId: user.id })
      return before?.refreshToken ?? null
    })
  }

  /** Signs out on this device: of whoever is signed in, or of `userId` alone. In memory at once, whatever the storage does. */
  async leave(userId?: string): Promise<Left> {
    if (this.#kept === undefined) await this.#first().catch(() => {})
    const before = this.#kept
    if (userId !== undefined && before?.userId !== userId) return { refreshToken: null, isForgotten: true }
    this.#become(null)
    const own = before?.refreshToken ?? null
    try {
      return await this.#ports.lock.hold(name, async () => {
        const stored = this.#isUnsaved ? before : await this.#read().catch(() => before)
        // another tab has signed somebody else in
        if (before !== undefined && stored && stored.userId !== before?.userId) {
          if (this.#kept === null) this.#become(stored)
          return { refreshToken: own, isForgotten: true }
        }
        const isForgotten = await this.#forget()
        this.#become(null)
        return { refreshToken: stored?.refreshToken ?? own, isForgotten }
      })
    } catch {
      return { refreshToken: own, isForgotten: false }
    }
  }

  /** An access token of `userId` that is good for so long at least. Rejects with `signed_out` where another player is signed in, or nobody. */
  async accessToken(userId: string, least: number = leastMillis): Promise<string> {
    const kept = this.#kept === undefined ? await this.#first() : this.#kept
    if (kept?.userId !== userId) throw another()
    const left = kept.expiresAt - this.#ports.clock.now()
    if (left >= least) return kept.accessToken
    try {
      return await this.#refresh(kept.accessToken, userId)
    } catch (error) {
      const isGood = left > 0 && this.#kept === kept
      if (isClientError(error) && isGood && (isLost(error) || error.code === "storage")) return kept.accessToken
      throw error
    }
  }

  /** Another access token of `userId` than this one, which the server did not take. Rejects as `accessToken` does. */
  renewed(rejected: string, userId: string): Promise<string> {
    return this.#refresh(rejected, userId)
  }

  async #refresh(outworn: string, userId: string): Promise<string> {
    if (this.#refreshing?.userId !== userId) {
      const answer = this.#ports.lock.hold(name, () => this.#refreshHeld(outworn, userId)).finally(() => {
        if (this.#refreshing?.answer === answer) this.#refreshing = undefined
      })
      this.#refreshing = { userId, answer }
    }
    const { accessToken } = await this.#refreshing.answer
    this.check(userId)
    return accessToken
  }

  async #refreshHeld(outworn: string, userId: string): Promise<Kept> {
    const kept = await this.#read()
    if (kept?.userId !== userId) {
      // another tab has signed out, and somebody else in
      const error = kept === null ? signedOut() : another()
      if (this.#kept?.userId === userId) this.#become(kept, error)
      throw error
    }
    const isReplaced = kept.accessToken !== outworn
    const next = isReplaced ? kept : this.#keptOf(userId, await this.#exchange(kept.refreshToken, userId))
    if (!isReplaced) await this.#save(next)
    // whoever has signed out meanwhile stays so
    if (this.#kept?.userId === userId) this.#kept = next
    return next
  }

  /** The tokens that a refresh token is good for. */
  async #exchange(refreshToken: string, userId: string): Promise<Tokens> {
    const { clock, random, refresh } = this.#ports
    const begunAt = clock.now()
    for (let failures = 0;; failures++) {
      try {
        return await refresh(refreshToken)
      } catch (error) {
        if (!isClientError(error)) throw error
        if (error.code === "token_reused" || error.code === "unauthenticated") {
          await this.#forget()
          if (this.#kept?.userId === userId) this.#become(null, error)
          throw new DddError("signed_out", "The session has ended: sign in again.", { cause: error })
        }
        const pause = 100 + chance(random) * Math.min(pauseMillisMax, 200 * 2 ** failures)
        const passed = clock.now() + pause - begunAt
        if (!isLost(error) || passed > repeatMillis || passed < 0) throw error
        await sleep(clock, pause)
      }
    }
  }

  /** What the storage holds when it is read for the first time. */
  async #first(): Promise<Kept | null> {
    const kept = await this.#read()
    if (this.#kept === undefined) this.#kept = kept
    return this.#kept
  }

  async #read(): Promise<Kept | null> {
    if (this.#isUnsaved && this.#kept !== undefined) return this.#kept
    try {
      return keptOf(await this.#ports.storage.getItem(name))
    } catch (cause) {
      throw new DddError("storage", "The device's storage cannot be read.", { cause })
    }
  }

  #keptOf(userId: string, { accessToken, expiresIn, refreshToken }: Tokens): Kept {
    return { userId, accessToken, refreshToken, expiresAt: this.#ports.clock.now() + expiresIn * 1_000 }
  }

  /** Where the storage fails, whoever signed in stays so for as long as the app runs; it is written with the next tokens. */
  async #save(kept: Kept): Promise<void> {
    try {
      await this.#ports.storage.setItem(name, JSON.stringify(kept))
      this.#isUnsaved = false
    } catch {
      this.#isUnsaved = true
    }
  }

  /** Gives whether the storage has forgotten it. */
  async #forget(): Promise<boolean> {
    const { storage } = this.#ports
    try {
      await storage.removeItem(name)
    } catch {
      try {
        await storage.setItem(name, "")
      } catch {
        this.#isUnsaved = true
        return false
      }
    }
    this.#isUnsaved = false
    return true
  }

  /** From now on this is who is signed in: in one step with telling of it. `reason`: why the session before has ended by itself. */
  #become(kept: Kept | null, reason?: ClientError): void {
    const before = this.#kept
    this.#kept = kept
    if (before === undefined || before?.userId === kept?.userId) return
    this.#tell(
      kept !== null
        ? { type: "signedIn", userId: kept.userId }
        : reason === undefined
        ? { type: "signedOut" }
        : { type: "ended", reason }
    )
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
