/**
 * The lock records of draws that were played, as this device saw them, and when, by its own clock: the server's word on when that was would
 * witness nothing (docs/fairness.md, check 12).
 */
import { DddError, isClientError } from "../Errors.ts"
import { at } from "../http/Transport.ts"
import { readKept } from "../KeptList.ts"
import type { KeyValueStorage, LockPort } from "../Ports.ts"

export interface KeptLock {
  readonly drawId: string
  /** The signed note, as it was told. */
  readonly lock: string
  /** RFC 3339, by the device's clock. */
  readonly seenAt: string
}

const name = "ddd.locks"
/** So many are kept, the newest: a year of daily draws, or a megabyte. */
const locksMax = 400

const isKept = (json: unknown): json is KeptLock =>
  ["drawId", "lock", "seenAt"].every((member) => typeof at(json, member) === "string")

export class LockRecords {
  readonly #storage: KeyValueStorage
  readonly #lock: LockPort

  constructor(storage: KeyValueStorage, lock: LockPort) {
    this.#storage = storage
    this.#lock = lock
  }

  /** Oldest first. */
  all(): Promise<ReadonlyArray<KeptLock>> {
    return readKept(this.#storage, name, isKept)
  }

  async of(drawId: string): Promise<KeptLock | undefined> {
    return (await this.all()).find((kept) => kept.drawId === drawId)
  }

  /** Keeps a record, unless there is one of that draw: the first that was seen counts. */
  async keep(record: KeptLock): Promise<void> {
    await this.#lock.hold(name, async () => {
      const kept = await this.all()
      if (kept.some(({ drawId }) => drawId === record.drawId)) return
      try {
        await this.#storage.setItem(name, JSON.stringify([...kept, record].slice(-locksMax)))
      } catch (cause) {
        if (isClientError(cause)) throw cause
        throw new DddError("storage", "The lock record cannot be kept on the device.", { cause })
      }
    })
  }
}
