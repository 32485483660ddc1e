/**
 * How a locked draw is settled: its seed is revealed, the winner follows from it, and winner and house are paid (docs/fairness.md, "Records").
 *
 * The locked draw no longer changes, so what decides it, and what is published, is computed and signed before anything is locked:
 * `outcomeOf`, `resultOf`. What is paid is decided under the locks of the wallets that are paid, then of the draw: `settle`. The house's
 * wallet is one of them, for which all settlements wait.
 */
import { Result } from "effect"
import type { Sha256 } from "../hash/Hash.ts"
import type { Cents } from "../money/Money.ts"
import {
  collectFee,
  type MovedTogether,
  type Wallet,
  type WalletRefusal,
  winAwaitingPrize,
  winPrize,
  winRoomPrize
} from "../money/Wallet.ts"
import { type ChainInfo, chainNamed, verifyBeacon } from "../proof/Beacon.ts"
import { commit } from "../proof/Commitment.ts"
import { entropy, type Outcome, takingsOf, winningPosition } from "../proof/Outcome.ts"
import { recordHashHex, type ResultRecord } from "../proof/Record.ts"
import { formatResult } from "../proof/RecordText.ts"
import { fromHex, toHex } from "../values/Bytes.ts"
import { houseUserId, type TicketId, type UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import type { DrawState } from "./DrawState.ts"
import { isDue, mayBeDrawn } from "./DrawSteps.ts"
import { lockRecordOf } from "./Locking.ts"
import { type Notice, noticesOfResult } from "./Notices.ts"
import { openRecordOf } from "./Opening.ts"
import { isReported, type PrizeThresholds } from "./PrizeReport.ts"

/**
 * The outcome of a locked draw. `beaconSignature` is the round's, null where the records name no beacon; `known` is what
 * is known of the chain that they name.
 *
 * Throws `TypeError` where the seed does not open the commitment, the beacon is missing or not asked for, or its signature is not the
 * round's: whoever stored it cannot choose a winner. Takes tens of milliseconds with a beacon.
 */
export const outcomeOf = (
  hash: Sha256,
  openText: string,
  lockText: string,
  seed: Uint8Array,
  beaconSignature: Uint8Array | null,
  known: ChainInfo | null
): Outcome => {
  const open = openRecordOf(openText)
  const lock = lockRecordOf(lockText)
  if (toHex(commit(hash, open.draw, seed)) !== open.commitment) {
    throw new TypeError("the seed does not open the commitment")
  }
  if ((lock.beacon === null) !== (beaconSignature === null)) throw new TypeError("the beacon is not the records'")
  if (lock.beacon !== null && beaconSignature !== null) {
    const chain = chainNamed(hash, lock.beacon.chainHash, known === null ? [] : [known])
    if (chain === undefined || !verifyBeacon(hash, chain, { round: lock.beacon.round, signature: beaconSignature })) {
      throw new TypeError("the beacon's signature is not that of the round which the records name")
    }
  }
  const openHash = fromHex(lock.open, 32)
  if (openHash === undefined) throw new TypeError("a record's hash has 32 bytes")
  const drawn = entropy(hash, {
    drawId: open.draw,
    openHash,
    seed,
    beaconSignature: beaconSignature ?? new Uint8Array(0)
  })
  const taken = takingsOf(lock.entries)
  return {
    entropy: drawn,
    winningPosition: winningPosition(drawn, lock.entries) ?? null,
    prize: taken.pool,
    fee: taken.fee
  }
}

/** The result record. `winner` is the ticket at the outcome's position, null where nobody entered. */
export const resultRecord = (
  hash: Sha256,
  lockText: string,
  seed: Uint8Array,
  beaconSignature: Uint8Array | null,
  outcome: Outcome,
  winner: TicketId | null
): ResultRecord => {
  const lock = lockRecordOf(lockText)
  if ((outcome.winningPosition === null) !== (winner === null)) throw new TypeError("a winner has a ticket")
  return {
    type: "result",
    draw: lock.draw,
    lock: recordHashHex(hash, lockText),
    seed: toHex(seed),
    beacon: lock.beacon === null || beaconSignature === null
      ? null
      : { round: lock.beacon.round, signature: toHex(beaconSignature) },
    entropy: toHex(outcome.entropy),
    winner: outcome.winningPosition === null || winner === null
      ? null
      : { position: outcome.winningPosition, ticketId: winner },
    prize: outcome.prize,
    fee: outcome.fee
  }
}

/** Who asks for the outcome: the clockwork waits until a room's host has had the time to do so. */
export type SettledBy = "clockwork" | "host"

/** A locked draw's, with its lock record. */
export interface LockedDraw extends DrawState {
  readonly lockText: string
}

/** The draw, where it is to be settled now; else null. Until then its seed stays closed. */
export const settleableDraw = (draw: DrawState, by: SettledBy): LockedDraw | null => {
  const { lockText } = draw
  if (lockText === null || !mayBeDrawn(draw, draw.clock)) return null
  return by === "host" || isDue("settle", draw, draw.clock) ? { ...draw, lockText } : null
}

/** A ticket that wins, and whose it is. */
export interface WinningTicket {
  readonly ticketId: TicketId
  readonly userId: UserId
}

/** What is published of a draw that is settled. */
export interface DrawResult {
  readonly record: ResultRecord
  /** The record, to be signed. */
  readonly text: string
}

/** The result of a draw whose outcome is `outcome`. `winner` is the ticket at its position, null where nobody entered. */
export const resultOf = (
  hash: Sha256,
  draw: LockedDraw,
  seed: Uint8Array,
  outcome: Outcome,
  winner: WinningTicket | null
): DrawResult => {
  const record = resultRecord(hash, draw.lockText, seed, draw.beaconSignature, outcome, winner?.ticketId ?? null)
  return { record, text: formatResult(record) }
}

/** Whose wallets are to be locked in order to settle a draw. */
export const usersToPay = (winner: WinningTicket | null): ReadonlyArray<UserId> =>
  winner === null ? [] : [winner.userId, houseUserId]

export interface SettleFacts {
  /** Read under its lock, once the wallets are locked. */
  readonly draw: DrawState
  readonly by: SettledBy
  readonly outcome: Outcome
  /** The ticket at the outcome's position; null where nobody entered. */
  readonly winner: WinningTicket | null
  /** Those of `usersToPay`, read under their locks. */
  readonly wallets: ReadonlyMap<UserId, Wallet>
  /** For how long the prize of a room rests before it can be withdrawn, in milliseconds, from zero on. */
  readonly roomPrizeHoldMillis: number
  /** From which amount on prizes wait for the identity check (PRIZE_HOLD_KYC); null: none do. */
  readonly awaitIdentityFrom: PrizeThresholds | null
  /** Whether the winner's identity is verified, read under the wallet's lock; false where nobody entered. */
  readonly isWinnerVerified: boolean
}

/** What is written of a draw that is settled, beside its result. */
export interface Settled {
  readonly drawnAt: Instant
  /** What happens to wallets, at `drawnAt`. */
  readonly moves: ReadonlyArray<MovedTogether & { readonly userId: UserId }>
  readonly jobs: ReadonlyArray<NewJob>
  /** Who is told on their devices. */
  readonly notices: ReadonlyArray<Notice>
}

/** A wallet that is to be paid does not exist, or cannot hold what it is paid: nothing is written. */
export type Unpayable =
  | { readonly _tag: "NoWallet"; readonly userId: UserId }
  | { readonly _tag: "WalletRefuses"; readonly userId: UserId; readonly refusal: WalletRefusal }

/** Settles a draw; null where it is not to be settled (any more, or yet). */
export const settle = (facts: SettleFacts): Result.Result<Settled | null, Unpayable> => {
  const { outcome, wallets, winner } = facts
  const draw = settleableDraw(facts.draw, facts.by)
  if (draw === null) return Result.succeed(null)
  const { clock, kind } = draw
  const maturesAt = instant(clock + facts.roomPrizeHoldMillis)
  const awaits = facts.awaitIdentityFrom !== null && !facts.isWinnerVerified &&
    isReported(facts.awaitIdentityFrom, { amount: outcome.prize, at: clock })
  const win = (wallet: Wallet, userId: UserId, amount: Cents, drawId: string) => {
    if (awaits) {
      return winAwaitingPrize(wallet, userId, amount, drawId, kind === "room" ? maturesAt : null, clock)
    }
    return kind === "room"
      ? winRoomPrize(wallet, userId, amount, drawId, maturesAt, clock)
      : winPrize(wallet, userId, amount, drawId)
  }
  const payments = winner === null ? [] : [
    { userId: winner.userId, amount: outcome.prize, pay: win },
    { userId: houseUserId, amount: outcome.fee, pay: collectFee }
  ]
  const moves: Array<MovedTogether & { readonly userId: UserId }> = []
  for (const { amount, pay, userId } of payments) {
    const wallet = wallets.get(userId)
    if (wallet === undefined) return Result.fail({ _tag: "NoWallet", userId })
    const moved = pay(wallet, userId, amount, draw.id)
    if (Result.isFailure(moved)) return Result.fail({ _tag: "WalletRefuses", userId, refusal: moved.failure })
    moves.push({ userId, ...moved.success })
  }
  return Result.succeed({
    drawnAt: draw.clock,
    moves,
    jobs: winner === null
      ? []
      : [{ id: `winner ${draw.id}`, job: { _tag: "MailWinner", userId: winner.userId, drawId: draw.id } }],
    notices: noticesOfResult(draw, winner?.userId ?? null, clock)
  })
}
