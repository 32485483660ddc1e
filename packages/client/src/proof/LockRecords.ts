/**
 * The lock records of draws that were played, as this device saw them, and when, by its own clock: the server's word on when that was would
 * witness nothing (docs/fairness.md, check 12).
 *
 * Whoever tells them may lie. Kept is what a key of the operator's signed, which the app knows from elsewhere, of that draw; what is told
 * later, however much, makes the device forget nothing of the last weeks.
 */
import { isSignedBy, parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { DddError } from "../Errors.ts"
import { at } from "../http/Transport.ts"
import { readKept } from "../KeptList.ts"
import type { Clock, KeyValueStorage, LockPort } from "../Ports.ts"

export interface KeptLock {
  readonly drawId: string
  /** The signed note, as it was told. */
  readonly lock: string
  /** RFC 3339, by the device's clock. */
  readonly seenAt: string
}

/** As it is kept. */
interface Entry extends KeptLock {
  /** Who played: to no other player of the device is it listed. */
  readonly userId: string
  /** When the draw was locked, by the record: milliseconds since the Unix epoch. */
  readonly lockedAt: number
}

export interface LockRecordPorts {
  readonly storage: KeyValueStorage
  readonly lock: LockPort
  readonly clock: Clock
  /** The operator's, as the app knows them. None: nothing is kept. */
  readonly keys: ReadonlyArray<VerifierKey>
  /** Who is signed in. */
  readonly player: () => Promise<string | null>
}

const name = "ddd.locks"
const dayMillis = 86_400_000
/** So many are kept: of a draw a day for more than a year, and of whatever is told for fifty days at least. */
const locksMax = 400
/** So many of a day are kept of a player, those that were seen first. */
const ofDayMax = 8
/** One that was locked longer ago is kept only where there is room, and pushes out no other. */
const recentMillis = 2 * dayMillis
/** Characters of a note: four times what one has. */
const noteMax = 2_048

const isEntry = (json: unknown): json is Entry =>
  ["drawId", "lock", "seenAt", "userId"].every((member) => typeof at(json, member) === "string") &&
  typeof at(json, "lockedAt") === "number"

const dayOf = (millis: number): number => Math.floor(millis / dayMillis)

export class LockRecords {
  readonly #ports: LockRecordPorts

  constructor(ports: LockRecordPorts) {
    this.#ports = ports
  }

  /** Those of who is signed in, oldest first. */
  async all(): Promise<ReadonlyArray<KeptLock>> {
    const userId = await this.#ports.player()
    return (await this.#read()).filter((each) => each.userId === userId)
  }

  /** The one of a draw that this device saw first, whoever was signed in then: a draw is verified with it. */
  async of(drawId: string): Promise<KeptLock | undefined> {
    return (await this.#read()).find((kept) => kept.drawId === drawId)
  }

  /** Keeps a record for who is signed in, unless there is one of that draw, which was seen first, or it is none to be kept. */
  async keep({ drawId, lock, seenAt }: KeptLock): Promise<void> {
    const { clock, player, storage } = this.#ports
    const [userId, lockedAt] = [await player(), this.#lockedAt(drawId, lock)]
    // what is locked in the time to come would be the newest for as long
    const passed = clock.now() - (lockedAt ?? Number.NaN)
    if (userId === null || lockedAt === undefined || passed < -dayMillis) return
    await this.#ports.lock.hold(name, async () => {
      const kept = await this.#read()
      const own = kept.filter((each) => each.userId === userId)
      const ofDay = own.filter((each) => dayOf(each.lockedAt) === dayOf(lockedAt))
      if (ofDay.length >= ofDayMax || own.some((each) => each.drawId === drawId)) return
      if (kept.length >= locksMax && passed > recentMillis) return
      const [, ...rest] = [...kept].sort((a, b) => a.lockedAt - b.lockedAt)
      const entry: Entry = { drawId, lock, seenAt, userId, lockedAt }
      const next = [...kept.length < locksMax ? kept : rest, entry]
      try {
        await storage.setItem(name, JSON.stringify(next))
      } catch (cause) {
        throw new DddError("storage", "The lock record cannot be kept on the device.", { cause })
      }
    })
  }

  /** When the draw was locked, by a lock record that one of the keys signed; undefined where the note is none of this draw. */
  #lockedAt(drawId: string, lock: string): number | undefined {
    if (lock.length > noteMax) return undefined
    const note = parseNote(lock)
    const record = note === undefined ? undefined : parseRecord(note.text)
    if (note === undefined || record?.type !== "lock" || record.draw !== drawId) return undefined
    return isSignedBy(note, this.#ports.keys) ? record.locked : undefined
  }

  #read(): Promise<ReadonlyArray<Entry>> {
    return readKept(this.#ports.storage, name, isEntry)
  }
}
