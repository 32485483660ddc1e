/**
 * Requests that move money: each under a key of its own, which is kept on the device before it is sent, with what was asked, and forgotten
 * once it is known what became of it (docs/api.md, "idempotency").
 *
 * Asked for again while that is not known, whether by a caller or after a restart, it is the same request under the same key: the server
 * does it once. A list that cannot be kept sends nothing.
 */
import { DddError, isClientError } from "../Errors.ts"
import { chance, type Clock, type KeyValueStorage, type LockPort, type Random, sleep } from "../Ports.ts"
import type { Session } from "../session/Session.ts"
import type { ServerClock } from "../time/ServerClock.ts"
import { fateOf, isFinal } from "./Fate.ts"
import type { Kind, Kinds, Outcome, Senders, Settled, Unsettled } from "./Kinds.ts"
import { RequestList } from "./RequestList.ts"

export interface RequestPorts {
  readonly storage: KeyValueStorage
  readonly lock: LockPort
  readonly clock: Clock
  readonly time: ServerClock
  readonly random: Random
  readonly session: Session
  readonly senders: Senders
}

/** The server remembers a key for 30 days at least; what is older is not asked for again. Milliseconds. */
const keyMillis = 29 * 86_400_000
/** For how long a request is asked for again before its caller is told that it is not known. Milliseconds. */
const patienceMillis = 45_000
/** The same of each of those that are settled one after the other. */
const settlePatienceMillis = 10_000
/** The longest pause between two askings, but where the server says when. */
const pauseMillisMax = 5_000

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

const unsettled = (cause: unknown): DddError =>
  new DddError("unsettled", "Whether it was done is not known yet; it is asked for again under its key.", { cause })

const tooOld = (): DddError<"outcome_unknown"> =>
  new DddError(
    "outcome_unknown",
    "It was asked for too long ago to be asked for again: look whether it was done."
  )

export class KeptRequests {
  readonly #ports: RequestPorts
  readonly #kept: RequestList
  /** Keys that somebody here waits for. */
  readonly #own = new Set<string>()
  readonly #listeners = new Set<(settled: Settled) => void>()

  constructor(ports: RequestPorts) {
    this.#ports = ports
    this.#kept = new RequestList(ports.storage, ports.lock)
  }

  /** The requests of who is signed in whose answers are not known, oldest first. */
  async list(): Promise<ReadonlyArray<Unsettled>> {
    const user = await this.#ports.session.current()
    return user === null ? [] : (await this.#kept.read()).filter(({ userId }) => userId === user.userId)
  }

  /** Called with each request of `settle` once it is known what became of it. Gives what ends that. */
  onSettled(listener: (settled: Settled) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * Asks again for what is not known: after a start, and when the device is online again. Gives what became of each; what is still not
   * known is left out, and stays. What is not the player's who is signed in by then is left out too.
   */
  async settle(): Promise<ReadonlyArray<Settled>> {
    const settled: Array<Settled> = []
    for (const request of await this.list()) {
      if (this.#own.has(request.key)) continue
      const outcome = await this.#outcome(request)
      const user = await this.#ports.session.current()
      if (outcome === undefined || user?.userId !== request.userId) continue
      settled.push(outcome)
      for (const listener of this.#listeners) listener(outcome)
    }
    return settled
  }

  /**
   * Does what is asked for once, as the player who is signed in at the call, and gives the answer; rejects with what the server refused it
   * for, or with `unsettled`. With `signed_out`, and nothing is sent, where somebody else is signed in by then, in whichever tab.
   */
  async perform<Of extends Kind>(
    kind: Of,
    inputOf: () => Kinds[Of]["input"] | Promise<Kinds[Of]["input"]>
  ): Promise<Kinds[Of]["answer"]> {
    const { session } = this.#ports
    const userId = await session.player()
    await session.sync()
    session.check(userId)
    const input = await inputOf()
    for (;;) {
      const waitedFor = [hexOf(this.#ports.random(16))]
      const [key = ""] = waitedFor
      this.#own.add(key)
      try {
        const { isNew, request } = await this.#adoptOrMake(kind, input, userId, key)
        waitedFor.push(request.key)
        const outcome = await this.#held(request, async () => {
          // another tab may have been about it, and have learnt its answer: then this is another request
          if (!isNew && !(await this.#kept.has(request.key))) return undefined
          return await this.#ask(request, !isNew, patienceMillis)
        })
        if (outcome?.done === true) return outcome.answer
        if (outcome !== undefined) throw outcome.error
      } finally {
        for (const each of waitedFor) this.#own.delete(each)
      }
    }
  }

  /** The kept request for the same, whose answer nobody here waits for; otherwise a new one under this key, kept. */
  #adoptOrMake<Of extends Kind>(
    kind: Of,
    input: Kinds[Of]["input"],
    userId: string,
    key: string
  ): Promise<{ readonly isNew: boolean; readonly request: Unsettled<Of> }> {
    const { time } = this.#ports
    const asked = JSON.stringify(input)
    return this.#kept.change((kept) => {
      const left = kept.find((each) =>
        each.kind === kind && each.userId === userId && JSON.stringify(each.input) === asked && !this.#own.has(each.key)
      )
      if (left === undefined) return { isNew: true, request: { kind, key, userId, input, askedAt: time.now() } }
      // at once: whoever asks for the same next has another one
      this.#own.add(left.key)
      return { isNew: false, request: { ...left, kind, input } }
    })
  }

  async #outcome(request: Unsettled): Promise<Settled | undefined> {
    this.#own.add(request.key)
    try {
      return await this.#held(request, async () => {
        if (!(await this.#kept.has(request.key))) return undefined
        return { request, ...await this.#ask(request, true, settlePatienceMillis) }
      })
    } catch (error) {
      if (!isClientError(error)) throw error
      return undefined
    } finally {
      this.#own.delete(request.key)
    }
  }

  /** Nobody else asks for the request meanwhile. Rejects with `unsettled` alone, also where the lock or the list fails. */
  async #held<A>({ key }: Unsettled, work: () => Promise<A>): Promise<A> {
    try {
      return await this.#ports.lock.hold(`ddd.request.${key}`, work)
    } catch (error) {
      if (isClientError(error) && error.code === "unsettled") throw error
      throw unsettled(error)
    }
  }

  /**
   * Asks until the answer is known, which strikes it off, or rejects with `unsettled` when patience ends; `mayBeDone`: by an earlier asking.
   */
  async #ask<Of extends Kind>(
    request: Unsettled<Of>,
    mayBeDone: boolean,
    patience: number
  ): Promise<Outcome<Of>> {
    const { clock, random, senders, session, time } = this.#ports
    if (time.now() - request.askedAt > keyMillis) {
      await this.#kept.strike(request.key)
      return { done: false, error: tooOld() }
    }
    const until = clock.now() + patience
    let isUnknown = mayBeDone
    for (let failures = 0;; failures++) {
      let wasSent = false
      try {
        await session.accessToken(request.userId)
        wasSent = true
        const answer = await senders[request.kind](request.input, request.key, request.userId)
        await this.#kept.strike(request.key)
        return { done: true, answer }
      } catch (error) {
        if (!isClientError(error)) throw error
        const fate = wasSent ? fateOf(error) : "undone"
        if (fate === "unknown") isUnknown = true
        const pause = Math.max(
          (error.retryAfter ?? 0) * 1_000,
          50 + chance(random) * Math.min(pauseMillisMax, 500 * 2 ** failures)
        )
        const isOver = fate === "refused" || isFinal(error) || clock.now() + pause > until
        if (!isOver) {
          await sleep(clock, pause)
          continue
        }
        if (fate !== "refused" && isUnknown) throw unsettled(error)
        await this.#kept.strike(request.key)
        return { done: false, error }
      }
    }
  }
}
