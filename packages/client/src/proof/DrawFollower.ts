/**
 * Follows a daily draw to its winner, which it computes from the lock record that the device keeps, the beacon's round and the seed
 * (docs/fairness.md, "Following a draw").
 *
 * What is told live is taken as it comes; what may have been missed is asked for: at the start, on each new connection, and now and then
 * while something is overdue. One thing is taken after the other. What is refuted stays so.
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { type ChainInfo, quicknetHash } from "@ddd/core/proof/Beacon"
import { computeWinner, type FollowedLock, followLock, type Refutation, refuteRound } from "@ddd/core/proof/Following"
import { parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { ticketTerms } from "@ddd/core/proof/Outcome"
import { decodeHeader } from "@ddd/core/proof/Proof"
import type { RecordPolicy } from "@ddd/core/proof/RecordChecks"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { drawId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import type { Client } from "../Client.ts"
import type { Draw } from "../Contract.ts"
import type { DrawStatus } from "../live/Events.ts"
import { amountOf } from "../Money.ts"
import type { Clock } from "../Ports.ts"
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

/** What was told of how the draw was decided. */
interface Told {
  chain: ChainInfo | null
  signature: string | null
  seed: string | null
  /** The server's winner; undefined: it has not said. */
  position: number | null | undefined
}

export class DrawFollower {
  readonly #ports: FollowerPorts
  readonly #listener: FollowerListener
  readonly #drawDate: string
  readonly #policy: RecordPolicy
  readonly #ends: Array<() => void> = []
  readonly #early = new Map<string, DrawStatus>()
  readonly #told: Told = { chain: null, signature: null, seed: null, position: undefined }
  #draw: Draw | undefined
  #status: Draw["status"] | undefined
  #open: string | undefined
  #lock: KeptLock | undefined
  #followed: FollowedLock | undefined
  #isRoundGood = false
  #winner: number | null | undefined
  #refuted: Refutation | undefined
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
    this.#status = draw.status
    const early = this.#early.get(draw.id)
    this.#early.clear()
    if (early !== undefined) await this.#take(early)
  }

  async #take(status: DrawStatus): Promise<void> {
    if (this.#draw === undefined) {
      this.#early.set(status.drawId, status)
      if (this.#early.size > toldMax) { for (const [oldest] of this.#early) return void this.#early.delete(oldest) }
      return
    }
    if (status.drawId !== this.#draw.id) return
    this.#status = status.status
    const { lock, round, seed, signature, winningPosition } = status
    if (lock !== undefined) await this.#hold(lock)
    const told = this.#told
    told.chain = round?.chain ?? told.chain
    told.signature = signature ?? told.signature
    told.seed = seed ?? told.seed
    if (status.status === "drawn") told.position = winningPosition ?? null
  }

  /** Holds a lock record that was told against the one that was seen first. */
  async #hold(lock: string): Promise<void> {
    if (this.#draw === undefined) return
    const { id } = this.#draw
    this.#lock ??= await this.#ports.kept(id)
    this.#lock ??= { drawId: id, lock, seenAt: new Date(this.#ports.clock.now()).toISOString() }
    if (textOf(this.#lock.lock) !== textOf(lock)) {
      this.#refute({ check: 12, detail: "The lock record is not the one that this device has seen first." })
    }
  }

  #refute(refutation: Refutation): void {
    this.#refuted ??= refutation
  }

  /** Goes on as far as what is known allows, and asks for what it takes. */
  async #advance(): Promise<void> {
    const isLocked = this.#status === "locked" || this.#status === "drawn"
    if (this.#draw === undefined || !isLocked || this.#refuted !== undefined) return
    if (this.#open === undefined || this.#lock === undefined || this.#status === "drawn" && this.#told.seed === null) {
      await this.#askRecords()
    }
    this.#follow()
    if (this.#status === "drawn" && this.#followed?.chain === null && this.#followed.lock.record.beacon !== null) {
      await this.#askChain()
      this.#follow()
    }
    await this.#askTickets(this.#draw.id)
  }

  async #askRecords(): Promise<void> {
    const { lock, open, result } = await this.#ports.client.lottery.records(this.#drawDate)
    this.#open ??= open
    if (lock !== null) await this.#hold(lock)
    const record = result === null ? undefined : parseRecord(textOf(result))
    if (record?.type === "void") this.#status = "void"
    if (record?.type !== "result") return
    this.#status = "drawn"
    this.#told.seed ??= record.seed
    this.#told.signature ??= record.beacon?.signature ?? null
    if (this.#told.position === undefined) this.#told.position = record.winner?.position ?? null
  }

  /** Of a draw that is over: the server told the chain with what happened last, and this was before that. */
  async #askChain(): Promise<void> {
    const [header = ""] = (await this.#ports.client.lottery.proof(this.#drawDate)).split("\n", 1)
    this.#told.chain = decodeHeader(header)?.chain ?? null
  }

  #follow(): void {
    const { chain, seed, signature } = this.#told
    if (this.#draw === undefined || this.#open === undefined || this.#lock === undefined) return
    if (this.#refuted !== undefined || this.#winner !== undefined) return
    if (this.#followed === undefined || this.#followed.chain === null && chain !== null) {
      const told = { drawId: drawId(this.#draw.id), open: this.#open, lock: this.#lock.lock, chain }
      const followed = followLock(fastSha256, told, this.#policy)
      if (!followed.ok) return this.#refute(followed.refuted)
      this.#followed = followed.value
    }
    const { chain: known, lock: { record } } = this.#followed
    const hasBeacon = record.beacon !== null
    if (hasBeacon && !this.#isRoundGood) {
      if (signature === null || known === null) return
      const wrong = refuteRound(fastSha256, this.#followed, signature)
      if (wrong !== null) return this.#refute(wrong)
      this.#isRoundGood = true
    }
    if (seed === null) return
    const computed = computeWinner(fastSha256, this.#followed, { seed, signature: hasBeacon ? signature : null })
    if (!computed.ok) return this.#refute(computed.refuted)
    this.#winner = computed.value
  }

  async #askTickets(id: string): Promise<void> {
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
    if (positions.size > 0 && this.#lock !== undefined) await this.#ports.keep(this.#lock)
  }

  #reveal(): DrawReveal {
    const draw = this.#draw
    const now = this.#ports.client.time.now()
    const next = this.#onSale === draw?.id ? null : this.#onSale
    if (this.#refuted !== undefined) return { phase: "refuted", ...this.#refuted }
    if (draw === undefined) return { phase: "unknown" }
    if (this.#status === "void") return { phase: "void", next }
    if (this.#followed === undefined) {
      const { closesAt } = draw
      const isOpen = this.#status === "open" || this.#status === "scheduled"
      return isOpen && closesAt !== null && now < Date.parse(closesAt)
        ? { phase: "open", closesAt }
        : { phase: "closed" }
    }
    const locked = this.#lockedDraw(this.#followed)
    if (this.#winner !== undefined) {
      return {
        ...locked,
        phase: "drawn",
        winningPosition: this.#winner,
        isMine: this.#positions === undefined || this.#positions === null
          ? null
          : this.#winner !== null && this.#positions.has(this.#winner),
        agrees: this.#told.position === this.#winner,
        next
      }
    }
    if (this.#isRoundGood) return { ...locked, phase: "fixed" }
    return { ...locked, phase: now < Date.parse(locked.dueAt) ? "locked" : "awaiting" }
  }

  #lockedDraw({ lock: { record }, roundAt }: FollowedLock): LockedDraw {
    const dueAt = formatInstant(roundAt ?? record.draws)
    return {
      entries: record.entries,
      prizePool: amountOf(record.pool),
      dueAt,
      hasBeacon: record.beacon !== null,
      isWitnessed: this.#lock !== undefined && Date.parse(this.#lock.seenAt) < Date.parse(dueAt)
    }
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

/** The text of a signed note; of anything else, all of it. */
const textOf = (note: string): string => parseNote(note)?.text ?? note
