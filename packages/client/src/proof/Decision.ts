/**
 * What is known of how a draw is decided, verified as far as it goes. All is held against the lock record that was seen first; what is refuted
 * stays so. Nothing is asked here.
 */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import type { ChainInfo } from "@ddd/core/proof/Beacon"
import { computeWinner, type FollowedLock, followLock, type Refutation, refuteRound } from "@ddd/core/proof/Following"
import { parseNote } from "@ddd/core/proof/Note"
import type { RecordPolicy } from "@ddd/core/proof/RecordChecks"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { drawId } from "@ddd/core/values/Ids"
import type { Records } from "../Contract.ts"
import type { DrawStatus } from "../live/Events.ts"
import type { KeptLock } from "./LockRecords.ts"

export class Decision {
  readonly #drawId: string
  readonly #policy: RecordPolicy
  #open: string | undefined
  #lock: KeptLock | undefined
  #chain: ChainInfo | null = null
  #signature: string | null = null
  #seed: string | null = null
  #position: number | null | undefined
  #followed: FollowedLock | undefined
  #isRoundGood = false
  #winner: number | null | undefined
  #refuted: Refutation | undefined

  constructor(drawId: string, policy: RecordPolicy) {
    this.#drawId = drawId
    this.#policy = policy
  }

  /** The lock record that was seen first. */
  get lock(): KeptLock | undefined {
    return this.#lock
  }

  /** The records as they were checked; undefined before. */
  get followed(): FollowedLock | undefined {
    return this.#followed
  }

  /** Whether the round's signature is there, and genuine. */
  get isRoundGood(): boolean {
    return this.#isRoundGood
  }

  /** The position that wins, as it was computed: null where nobody entered, undefined before. */
  get winner(): number | null | undefined {
    return this.#winner
  }

  /** Whether that is what the server says. */
  get agrees(): boolean {
    return this.#position === this.#winner
  }

  get refuted(): Refutation | undefined {
    return this.#refuted
  }

  get hasSeed(): boolean {
    return this.#seed !== null
  }

  /** The records are there, and nothing is known of the beacon's chain that they name. */
  get lacksChain(): boolean {
    return this.#followed !== undefined && this.#followed.chain === null && this.#followed.lock.record.beacon !== null
  }

  get lacksRecords(): boolean {
    return this.#open === undefined || this.#lock === undefined
  }

  /** Takes a lock record, seen at that time; another one than was taken first is refuted. */
  hold(record: KeptLock): void {
    this.#lock ??= record
    if (textOf(this.#lock.lock) !== textOf(record.lock)) {
      this.#refute({ check: 12, detail: "The lock record is not the one that this device has seen first." })
    }
  }

  /** Takes what was told live, but for the lock. */
  hear({ round, seed, signature, status, winningPosition }: DrawStatus): void {
    this.#chain = round?.chain ?? this.#chain
    this.#signature = signature ?? this.#signature
    this.#seed = seed ?? this.#seed
    if (status === "drawn") this.#position = winningPosition ?? null
  }

  /** Takes what the records say, but for the lock. Gives how the draw ended, by them. */
  read({ open, result }: Records): "drawn" | "void" | undefined {
    this.#open ??= open
    const record = result === null ? undefined : parseRecord(textOf(result))
    if (record?.type === "void") return "void"
    if (record?.type !== "result") return undefined
    this.#seed ??= record.seed
    this.#signature ??= record.beacon?.signature ?? null
    if (this.#position === undefined) this.#position = record.winner?.position ?? null
    return "drawn"
  }

  learnChain(chain: ChainInfo | null): void {
    this.#chain = chain
  }

  /** Verifies what has come. */
  advance(): void {
    if (this.#refuted !== undefined || this.#winner !== undefined) return
    if (this.#open === undefined || this.#lock === undefined) return
    if (this.#followed === undefined || this.#followed.chain === null && this.#chain !== null) {
      const told = { drawId: drawId(this.#drawId), open: this.#open, lock: this.#lock.lock, chain: this.#chain }
      const followed = followLock(fastSha256, told, this.#policy)
      if (!followed.ok) return this.#refute(followed.refuted)
      this.#followed = followed.value
    }
    const { chain, lock: { record: { beacon } } } = this.#followed
    if (beacon !== null && !this.#isRoundGood) {
      if (this.#signature === null || chain === null) return
      const wrong = refuteRound(fastSha256, this.#followed, this.#signature)
      if (wrong !== null) return this.#refute(wrong)
      this.#isRoundGood = true
    }
    if (this.#seed === null) return
    const revealed = { seed: this.#seed, signature: beacon === null ? null : this.#signature }
    const computed = computeWinner(fastSha256, this.#followed, revealed)
    if (!computed.ok) return this.#refute(computed.refuted)
    this.#winner = computed.value
  }

  #refute(refutation: Refutation): void {
    this.#refuted ??= refutation
  }
}

/** The text of a signed note; of anything else, all of it. */
const textOf = (note: string): string => parseNote(note)?.text ?? note
