/**
 * Follows a daily draw to its winner, which it computes from the lock record that the device keeps, the beacon's round and the seed
 * (docs/fairness.md, "Following a draw").
 *
 * What is told live is taken as it comes; what may have been missed is asked for: at the start, on each new connection, and now and then
 * while something is overdue. One thing is taken after the other.
 */
import { quicknetHash } from "@ddd/core/proof/Beacon"
import type { FollowedLock } from "@ddd/core/proof/Following"
import type { VerifierKey } from "@ddd/core/proof/Note"
import { ticketTerms } from "@ddd/core/proof/Outcome"
import { decodeHeader } from "@ddd/core/proof/Proof"
import type { RecordPolicy } from "@ddd/core/proof/RecordChecks"
import { formatInstant } from "@ddd/core/values/Instant"
import type { Client } from "../Client.ts"
import type { Draw } from "../Contract.ts"
import type { DrawStatus } from "../live/Events.ts"
import { amountOf } from "../Money.ts"
import type { Clock } from "../Ports.ts"
import { Decision } from "./Decision.ts"
import type { DrawReveal, LockedDraw } from "./DrawReveal.ts"
import type { KeptLock } from "./LockRecords.ts"

export interface FollowerPorts {
  readonly client: Client
  readonly clock: Clock
  readonly keys: ReadonlyArray<VerifierKey>
  /** Of the beacon's chain; empty: drand's quicknet. */
  readonly chainHash: string
  /** The lock record that is kept of a draw. */
  readonly kept: (drawId: string) => Promise<KeptLock | undefined>
  /** Keeps one, of a draw that the player has tickets in. */
  readonly keep: (record: KeptLock) => Promise<void>
}

export interface FollowerListener {
  readonly show: (reveal: DrawReveal) => void
  /** Something could not be asked, or kept; it is tried again. */
  readonly failed: (error: unknown) => void
}

/** While something is overdue, it is asked for again after so long, and up to as long again. Milliseconds. */
const askAgainMillis = 15_000
/** A timer is set for so long at most: platforms keep none beyond 24 days. */
const timerMillisMax = 3_600_000
const pageSize = 100
/** So many of a player's tickets of a draw are looked at, in pages. */
const pagesMax = 20
/** What is told before it is known which draw is followed: of so many draws at most. */
const toldMax = 16

export class DrawFollower {
  readonly #ports: FollowerPorts
  readonly #listener: FollowerListener
  readonly #drawDate: string
  readonly #policy: RecordPolicy
  readonly #ends: Array<() => void> = []
  readonly #early = new Map<string, DrawStatus>()
  #draw: Draw | undefined
  #decision: Decision | undefined
  #status: Draw["status"] | undefined
  /** The positions of the player's tickets; null: not known, undefined: not asked yet. */
  #positions: ReadonlySet<number> | null | undefined
  #onSale: string | null = null
  #shown = ""
  /** What was asked last could not be. */
  #isIncomplete = false
  #work: Promise<void> = Promise.resolve()
  #timer: unknown
  #isOver = false

  constructor(drawDate: string, ports: FollowerPorts, listener: FollowerListener) {
    this.#drawDate = drawDate
    this.#ports = ports
    this.#listener = listener
    const chainHash = ports.chainHash === "" ? quicknetHash : ports.chainHash
    this.#policy = { keys: ports.keys, chainHash, terms: ticketTerms, seen: undefined }
    const { auth, live } = ports.client
    let isFresh: boolean | undefined
    this.#ends.push(
      live.onDrawStatus((status) => this.#next(() => this.#take(status))),
      live.watchDraw(({ data, isStale }) => {
        const [onSale, isBack] = [data?.drawId ?? null, !isStale && isFresh === false]
        if (!isStale || isFresh !== undefined) isFresh = !isStale
        // a connection that was made anew, or is in doubt no longer: what happened meanwhile was not told
        if (isBack) this.#next(() => this.#ask())
        else if (onSale !== this.#onSale) this.#next(() => undefined)
        this.#onSale = onSale
      }),
      auth.onChange(() => {
        this.#positions = undefined
        this.#next(() => undefined)
      })
    )
    this.#next(() => this.#ask())
  }

  end(): void {
    this.#isOver = true
    this.#ports.clock.clearTimeout(this.#timer)
    for (const end of this.#ends) end()
  }

  /** Does one thing after what is being done, and shows what has come of it. */
  #next(task: () => Promise<void> | undefined): void {
    this.#work = this.#work.then(async () => {
      if (this.#isOver) return
      this.#isIncomplete = false
      try {
        await task()
        await this.#advance()
      } catch (error) {
        this.#isIncomplete = true
        if (!this.#isOver) this.#listener.failed(error)
      }
      this.#show()
    })
  }

  async #ask(): Promise<void> {
    const draw = await this.#ports.client.lottery.drawByDate(this.#drawDate)
    this.#draw = draw
    this.#decision ??= new Decision(draw.id, this.#policy)
    this.#status = draw.status
    const early = this.#early.get(draw.id)
    this.#early.clear()
    if (early !== undefined) await this.#take(early)
  }

  async #take(status: DrawStatus): Promise<void> {
    if (this.#draw === undefined || this.#decision === undefined) {
      this.#early.set(status.drawId, status)
      if (this.#early.size > toldMax) { for (const [oldest] of this.#early) return void this.#early.delete(oldest) }
      return
    }
    if (status.drawId !== this.#draw.id) return
    this.#status = status.status
    if (status.lock !== undefined) await this.#hold(this.#decision, status.lock, this.#draw.id)
    this.#decision.hear(status)
  }

  /** Takes a lock record that was told, after the one that is kept, if there is one. */
  async #hold(decision: Decision, lock: string, drawId: string): Promise<void> {
    if (decision.lock === undefined) {
      const kept = await this.#ports.kept(drawId)
      if (kept !== undefined) decision.hold(kept)
    }
    decision.hold({ drawId, lock, seenAt: new Date(this.#ports.clock.now()).toISOString() })
  }

  /** Goes on as far as what is known allows, and asks for what it takes. */
  async #advance(): Promise<void> {
    const [decision, draw] = [this.#decision, this.#draw]
    const isLocked = this.#status === "locked" || this.#status === "drawn"
    if (draw === undefined || decision === undefined || !isLocked || decision.refuted !== undefined) return
    if (decision.lacksRecords || this.#status === "drawn" && !decision.hasSeed) {
      const records = await this.#ports.client.lottery.records(this.#drawDate)
      if (records.lock !== null) await this.#hold(decision, records.lock, draw.id)
      this.#status = decision.read(records) ?? this.#status
    }
    decision.advance()
    if (this.#status === "drawn" && decision.lacksChain) {
      // the server told the chain with what happened last, and this was before that
      const [header = ""] = (await this.#ports.client.lottery.proof(this.#drawDate)).split("\n", 1)
      decision.learnChain(decodeHeader(header)?.chain ?? null)
      decision.advance()
    }
    await this.#askTickets(draw.id, decision)
  }

  async #askTickets(id: string, { lock }: Decision): Promise<void> {
    if (this.#positions !== undefined) return
    const { auth, lottery } = this.#ports.client
    if (await auth.current() === null) {
      this.#positions = null
      return
    }
    const positions = new Set<number>()
    let cursor: string | null | undefined
    for (let page = 0; page < pagesMax && cursor !== null; page++) {
      const { items, nextCursor } = await lottery.tickets({
        drawId: id,
        limit: pageSize,
        ...cursor === undefined ? {} : { cursor }
      })
      for (const { position } of items) positions.add(position)
      cursor = nextCursor
    }
    this.#positions = cursor === null ? positions : null
    if (positions.size > 0 && lock !== undefined) await this.#ports.keep(lock)
  }

  #reveal(): DrawReveal {
    const [decision, draw] = [this.#decision, this.#draw]
    const now = this.#ports.client.time.now()
    const next = this.#onSale === draw?.id ? null : this.#onSale
    if (draw === undefined || decision === undefined) return { phase: "unknown" }
    if (decision.refuted !== undefined) return { phase: "refuted", ...decision.refuted }
    if (this.#status === "void") return { phase: "void", next }
    if (decision.followed === undefined) {
      const { closesAt } = draw
      const isOpen = this.#status === "open" || this.#status === "scheduled"
      return isOpen && closesAt !== null && now < Date.parse(closesAt)
        ? { phase: "open", closesAt }
        : { phase: "closed" }
    }
    const locked = lockedDraw(decision.followed, decision.lock)
    const { agrees, winner } = decision
    if (winner !== undefined) {
      const isMine = this.#positions === undefined || this.#positions === null
        ? null
        : winner !== null && this.#positions.has(winner)
      return { ...locked, phase: "drawn", winningPosition: winner, isMine, agrees, next }
    }
    if (decision.isRoundGood) return { ...locked, phase: "fixed" }
    return { ...locked, phase: now < Date.parse(locked.dueAt) ? "locked" : "awaiting" }
  }

  #show(): void {
    if (this.#isOver) return
    const reveal = this.#reveal()
    const text = JSON.stringify(reveal)
    if (text !== this.#shown) {
      this.#shown = text
      this.#listener.show(reveal)
    }
    this.#plan(reveal)
  }

  /** Looks again when the next phase begins by the clock, or something is overdue. */
  #plan(reveal: DrawReveal): void {
    const { client: { time }, clock } = this.#ports
    clock.clearTimeout(this.#timer)
    const until = (at: string) => Math.min(timerMillisMax, Math.max(1, Date.parse(at) - time.now()))
    const wait = (millis: number, work: () => Promise<void> | undefined) => {
      this.#timer = clock.setTimeout(() => this.#next(work), millis)
    }
    const askAgain = () => wait(askAgainMillis * (1 + Math.random()), () => this.#ask())
    if (this.#isIncomplete) return askAgain()
    switch (reveal.phase) {
      case "open":
        return wait(until(reveal.closesAt), () => undefined)
      case "locked":
        return wait(until(reveal.dueAt), () => undefined)
      case "unknown":
      case "closed":
      case "awaiting":
      case "fixed":
        return askAgain()
    }
  }
}

const lockedDraw = ({ lock: { record }, roundAt }: FollowedLock, seen: KeptLock | undefined): LockedDraw => {
  const dueAt = formatInstant(roundAt ?? record.draws)
  return {
    entries: record.entries,
    prizePool: amountOf(record.pool),
    dueAt,
    hasBeacon: record.beacon !== null,
    isWitnessed: seen !== undefined && Date.parse(seen.seenAt) < Date.parse(dueAt)
  }
}
