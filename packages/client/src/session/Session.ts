/**
 * Who is signed in on this device, and the tokens that show it.
 *
 * A refresh token is good once. One refresh runs at a time among all who share the storage; whoever waited finds the new tokens there. An
 * answer that is lost is asked for again, with the same token, within the ten seconds in which the contract answers it with the same
 * successor (docs/api.md, `/auth/refresh`); a token whose successor is kept is never sent again.
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

const signedOut = (): DddError => new DddError("signed_out", "Nobody is signed in.")

export class Session {
  readonly #ports: SessionPorts
  readonly #listeners = new Set<(change: SessionChange) => void>()
  /** As last read; undefined before the first reading. */
  #kept: Kept | null | undefined
  /** The storage does not hold what was last written: what is in memory counts. */
  #isUnsaved = false
  #refreshing: Promise<Kept> | undefined

  constructor(ports: SessionPorts) {
    this.#ports = ports
  }

  /** Who is signed in; null: nobody. */
  async current(): Promise<SignedIn | null> {
    if (this.#kept === undefined) this.#kept = await this.#read()
    return this.#kept === null ? null : { userId: this.#kept.userId }
  }

  /** Looks whether another tab has signed in or out. */
  async sync(): Promise<void> {
    const before = this.#kept
    const kept = await this.#read()
    if (this.#kept !== before) return
    this.#kept = kept
    if (before === undefined || before?.userId === kept?.userId) return
    this.#tell(kept === null ? { type: "signedOut" } : { type: "signedIn", userId: kept.userId })
  }

  /** Called at each change of who is signed in, once a change. Gives what ends that. */
  onChange(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Signs in by what the server answered. */
  async take(user: User, tokens: Tokens): Promise<void> {
    await this.#ports.lock.hold(name, () => this.#write(user.id, tokens))
    this.#tell({ type: "signedIn", userId: user.id })
  }

  /** Signs out on this device; gives the refresh token for the server to end, null where nobody was signed in. */
  async leave(): Promise<string | null> {
    const kept = await this.#ports.lock.hold(name, async () => {
      const before = await this.#read()
      await this.#forget()
      return before
    })
    if (kept !== null) this.#tell({ type: "signedOut" })
    return kept?.refreshToken ?? null
  }

  /** An access token that is good for so long at least. Rejects with `signed_out` where nobody is signed in. */
  async accessToken(least: number = leastMillis): Promise<string> {
    if (this.#kept === undefined) this.#kept = await this.#read()
    const kept = this.#kept
    if (kept === null) throw signedOut()
    const left = kept.expiresAt - this.#ports.clock.now()
    if (left >= least) return kept.accessToken
    try {
      return (await this.#refresh(kept.accessToken)).accessToken
    } catch (error) {
      if (isClientError(error) && isLost(error) && left > 0) return kept.accessToken
      throw error
    }
  }

  /** Another access token than this one, which the server did not take. */
  async renewed(rejected: string): Promise<string> {
    return (await this.#refresh(rejected)).accessToken
  }

  async #refresh(outworn: string): Promise<Kept> {
    this.#refreshing ??= this.#ports.lock.hold(name, () => this.#refreshHeld(outworn)).finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #refreshHeld(outworn: string): Promise<Kept> {
    const before = this.#kept
    const kept = await this.#read()
    if (kept === null) {
      this.#kept = null
      const error = signedOut()
      if (before !== null && before !== undefined && isClientError(error)) this.#tell({ type: "ended", reason: error })
      throw error
    }
    if (kept.accessToken !== outworn) {
      // another tab has refreshed, or signed in
      this.#kept = kept
      if (before !== null && before !== undefined && before.userId !== kept.userId) {
        this.#tell({ type: "signedIn", userId: kept.userId })
      }
      return kept
    }
    return await this.#write(kept.userId, await this.#exchange(kept.refreshToken))
  }

  /** The tokens that a refresh token is good for. */
  async #exchange(refreshToken: string): Promise<Tokens> {
    const { clock, random, refresh } = this.#ports
    const begunAt = clock.now()
    for (let failures = 0;; failures++) {
      try {
        return await refresh(refreshToken)
      } catch (error) {
        if (!isClientError(error)) throw error
        if (error.code === "token_reused" || error.code === "unauthenticated") {
          await this.#forget()
          this.#tell({ type: "ended", reason: error })
          throw new DddError("signed_out", "The session has ended: sign in again.", { cause: error })
        }
        const pause = 100 + chance(random) * Math.min(pauseMillisMax, 200 * 2 ** failures)
        const passed = clock.now() + pause - begunAt
        if (!isLost(error) || passed > repeatMillis || passed < 0) throw error
        await sleep(clock, pause)
      }
    }
  }

  async #read(): Promise<Kept | null> {
    if (this.#isUnsaved && this.#kept !== undefined) return this.#kept
    try {
      return keptOf(await this.#ports.storage.getItem(name))
    } catch (cause) {
      throw new DddError("storage", "The device's storage cannot be read.", { cause })
    }
  }

  /** Where the storage fails, whoever signed in stays so for as long as the app runs; it is written with the next tokens. */
  async #write(userId: string, { accessToken, expiresIn, refreshToken }: Tokens): Promise<Kept> {
    const kept = { userId, accessToken, refreshToken, expiresAt: this.#ports.clock.now() + expiresIn * 1_000 }
    this.#kept = kept
    try {
      await this.#ports.storage.setItem(name, JSON.stringify(kept))
      this.#isUnsaved = false
    } catch {
      this.#isUnsaved = true
    }
    return kept
  }

  async #forget(): Promise<void> {
    this.#kept = null
    try {
      await this.#ports.storage.removeItem(name)
      this.#isUnsaved = false
    } catch {
      this.#isUnsaved = true
    }
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
