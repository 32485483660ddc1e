/** Keeps the lock records of the draws that the player plays, and verifies draws on the device, trusting nobody (docs/fairness.md). */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { type ReaderInput, readInput, readKeys } from "@ddd/core/proof/ReaderInput"
import type { Verdict } from "@ddd/core/proof/Verdict"
import { verifyBundle } from "@ddd/core/proof/Verifier"
import type { Client } from "../Client.ts"
import type { Ticket } from "../Contract.ts"
import { DddError, isClientError } from "../Errors.ts"
import type { DrawStatus } from "../live/Events.ts"
import { type Clock, type KeyValueStorage, type LockPort, makeLock, platformClock, reportedLock } from "../Ports.ts"
import { DrawFollower } from "./DrawFollower.ts"
import type { DrawReveal } from "./DrawReveal.ts"
import { type KeptLock, LockRecords } from "./LockRecords.ts"

export interface ProofPorts {
  readonly client: Client
  readonly storage: KeyValueStorage
  /**
   * The operator's verifier keys, with space between, as `/log/vkey` tells them: built into the app, not asked of the server. None: no record
   * is kept, and the level stays ARITHMETIC.
   */
  readonly keys: string
  /** The hash of the beacon's chain; drand's quicknet unless given. */
  readonly chainHash?: string
  readonly lock?: LockPort
  readonly clock?: Clock
}

const unreadable = (field: keyof ReaderInput): DddError =>
  new DddError("invalid_request", `What the draw is verified with cannot be read: ${field}.`)

/** How many of the newest draws are looked at for records that are not kept yet. */
const drawsMax = 14

export class Proofs {
  readonly #client: Client
  readonly #records: LockRecords
  readonly #clock: Clock
  readonly #pins: Pick<ReaderInput, "chainHash" | "keys">
  /** Draws whose sales are over and in which a player, by their id, has no ticket. */
  readonly #unplayed = new Set<string>()

  constructor({ chainHash = "", client, clock = platformClock, keys, lock = makeLock(), storage }: ProofPorts) {
    this.#client = client
    this.#records = new LockRecords({
      storage,
      lock: reportedLock(lock),
      clock,
      keys: readKeys(fastSha256, keys) ?? [],
      player: () => this.#player()
    })
    this.#clock = clock
    this.#pins = { keys, chainHash }
  }

  /** The records that are kept of the player who is signed in, oldest first. */
  kept(): Promise<ReadonlyArray<KeptLock>> {
    return this.#records.all()
  }

  /**
   * Keeps the lock records of draws that the player has tickets in: as they are told live, and on each connection those that were missed.
   * `failed` is told why one could not be kept; it is tried again with the next connection. Gives what ends that.
   */
  start(failed: (error: unknown) => void = () => {}): () => void {
    const { live } = this.#client
    let isStale = true
    const endStatus = live.onDrawStatus((status) => void this.#keepTold(status).catch(failed))
    const endDraw = live.watchDraw((view) => {
      const isBack = isStale && !view.isStale
      isStale = view.isStale
      if (isBack) this.catchUp().catch(failed)
    })
    return () => {
      endStatus()
      endDraw()
    }
  }

  /** The same of a room that the player is in. */
  watchRoom(roomId: string, failed: (error: unknown) => void = () => {}): () => void {
    return this.#client.live.watchRoom(roomId, ({ data }) => {
      if (data?.lock !== undefined) this.#keep(roomId, data.lock).catch(failed)
    })
  }

  /** Keeps the records of those of the newest fourteen draws in which the player has tickets, where they are locked. Gives how many are new. */
  async catchUp(): Promise<number> {
    const { lottery } = this.#client
    const userId = await this.#player()
    if (userId === null) return 0
    const known = new Set((await this.#records.all()).map(({ drawId }) => drawId))
    const { items } = await lottery.drawHistory({ limit: drawsMax })
    let count = 0
    for (const { drawDate, id } of items) {
      if (drawDate === null || known.has(id) || this.#unplayed.has(`${userId} ${id}`)) continue
      const { items: tickets } = await lottery.tickets({ drawId: id, limit: 1 })
      if (await this.#player() !== userId) return count
      if (tickets.length === 0) {
        this.#unplayed.add(`${userId} ${id}`)
        continue
      }
      const { lock } = await lottery.records(drawDate)
      if (lock === null) continue
      await this.#keep(id, lock)
      if (await this.#records.of(id) !== undefined) count++
    }
    return count
  }

  /**
   * Follows the draw of a day to its winner, which is computed on the device from the lock record that it keeps; shows where it is, now and
   * at each change, from whatever phase on. `failed` is told what could not be asked or kept; it is tried again. Gives what ends it.
   */
  followDraw(
    drawDate: string,
    show: (reveal: DrawReveal) => void,
    failed: (error: unknown) => void = () => {}
  ): () => void {
    const keys = readKeys(fastSha256, this.#pins.keys)
    if (keys === undefined) throw unreadable("keys")
    const ports = {
      client: this.#client,
      clock: this.#clock,
      keys,
      chainHash: this.#pins.chainHash,
      kept: (drawId: string) => this.#records.of(drawId),
      keep: (record: KeptLock) => this.#records.keep(record)
    }
    const follower = new DrawFollower(drawDate, ports, { show, failed })
    return () => follower.end()
  }

  /** Verifies the draw of a day from its bundle: with what was kept of it, and that the player's ticket in it, if there is one, is there. */
  async verifyDraw(drawDate: string): Promise<Verdict> {
    const { id } = await this.#client.lottery.drawByDate(drawDate)
    const isSignedIn = await this.#client.auth.current() !== null
    const { items: [ticket] } = isSignedIn
      ? await this.#client.lottery.tickets({ drawId: id, limit: 1 })
      : { items: [] }
    return this.#verify(id, await this.#client.lottery.proof(drawDate), ticket)
  }

  /** The same of a room, by its id. */
  async verifyRoom(roomId: string): Promise<Verdict> {
    return this.#verify(roomId, await this.#client.rooms.proof(roomId), await this.#roomTicket(roomId))
  }

  async #player(): Promise<string | null> {
    return (await this.#client.auth.current())?.userId ?? null
  }

  async #roomTicket(roomId: string): Promise<Ticket | undefined> {
    try {
      return await this.#client.rooms.ticket(roomId)
    } catch (error) {
      if (isClientError(error) && error.code === "not_found") return undefined
      throw error
    }
  }

  async #verify(drawId: string, bundle: string, ticket: Ticket | undefined): Promise<Verdict> {
    const kept = await this.#records.of(drawId)
    const known = readInput(fastSha256, {
      ...this.#pins,
      seenLock: kept?.lock ?? "",
      seenAt: kept?.seenAt ?? "",
      ticketId: ticket?.ticketId ?? "",
      ownerSalt: ticket?.ownerSalt ?? "",
      userId: ticket?.userId ?? ""
    })
    if (!known.ok) throw unreadable(known.fault.field)
    return verifyBundle(fastSha256, [new TextEncoder().encode(bundle)], known.value)
  }

  async #keepTold({ drawId, lock }: DrawStatus): Promise<void> {
    if (lock === undefined || await this.#client.auth.current() === null) return
    // seen now, whatever the answer takes
    const record = this.#recordOf(drawId, lock)
    const { items } = await this.#client.lottery.tickets({ drawId, limit: 1 })
    if (items.length > 0) await this.#records.keep(record)
  }

  #keep(drawId: string, lock: string): Promise<void> {
    return this.#records.keep(this.#recordOf(drawId, lock))
  }

  #recordOf(drawId: string, lock: string): KeptLock {
    return { drawId, lock, seenAt: new Date(this.#clock.now()).toISOString() }
  }
}
