/**
 * The steps of a draw's life, and when each is due.
 *
 * What is due follows from a draw's row and the clock alone, so that any node may do it (docs/design.md, "The clockwork"). Whoever looks for
 * steps asks `stepsAhead`; whoever does one asks again, with `isDue`, once the draw's row is locked.
 */
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { DrawKind, DrawStatus } from "./Draw.ts"

/**
 * What the clockwork may have to do for a draw.
 *
 * - `open`, `lock`: its sales begin and end.
 * - `tile`: the tiles of a locked draw's tree are written, from which inclusion proofs are read.
 * - `settle`: its seed is revealed, and the winner is paid.
 * - `expire`: a room that nobody locked in time, or whose host is gone, is closed.
 * - `abandon`: a locked draw that cannot be decided is declared void. It never falls due by itself: somebody must have tried first, and
 *   says what (`AbandonReason`).
 * - `refund`: some tickets of a draw whose void has begun are paid back; the last such step makes it void (`Voiding`).
 */
export const drawSteps = ["open", "lock", "tile", "settle", "expire", "abandon", "refund"] as const
export type DrawStep = typeof drawSteps[number]

/** What was tried in vain for `failingMillisMin` before a draw is abandoned: to fetch the beacon's round, or to open the seed. */
export type AbandonReason = "beacon" | "seed"

/** That an operator says of a draw whose chain is retired; `by` is their act. Whether they may say so is decided by `refuseEarlyVoid` too. */
export interface RetiredChain {
  readonly reason: "retired"
  readonly by: OperatorAct
}

/** A step, and of `abandon` why. */
export type StepToDo = {
  [Step in DrawStep]: Step extends "abandon"
    ? ({ readonly step: Step } & ({ readonly reason: AbandonReason } | RetiredChain))
    : { readonly step: Step }
}[DrawStep]

/** How long after its first ticket, or its beginning where none is sold, a room that nobody locked is closed, in milliseconds: 30 days. */
export const expireAfterMillis = 30 * dayMillis

/** How long after its lock the server draws a room whose host named no time, in milliseconds: a day. */
export const autoDrawAfterMillis = dayMillis

/** How long after its outcome was due a draw that cannot be decided may be abandoned, in milliseconds: a week. */
export const abandonAfterMillis = 7 * dayMillis

/**
 * How long after its outcome was due an operator may declare a draw void whose chain is retired, in milliseconds: a day. Whoever watches
 * sees it wait meanwhile, and whoever has the round can show it.
 */
export const earlyVoidAfterMillis = dayMillis

/**
 * For how long a process must have failed to decide a draw before it abandons it, in milliseconds, by the clock that decides: an hour. One
 * that starts after a week of silence has asked nobody yet, and may be the one that lacks a key.
 */
export const failingMillisMin = 3_600_000

/** What decides which steps a draw has before it. */
export interface StepFacts {
  readonly kind: DrawKind
  readonly status: DrawStatus
  readonly opensAt: Instant
  /** Null for a room. */
  readonly closesAt: Instant | null
  readonly lockedAt: Instant | null
  /** When the outcome is due; null before the lock. */
  readonly drawAt: Instant | null
  /** When the server draws a room although its host never comes; null before the lock, and for a daily draw. */
  readonly autoDrawAt: Instant | null
  /** When the first ticket was bought; null where none was. */
  readonly firstPurchasedAt: Instant | null
  /** Since when a room has no host who could start its draw, being frozen or erased; null while it has one. */
  readonly hostGoneAt: Instant | null
  /** Whether the draw waits for a round of the beacon that is not there yet. */
  readonly isRoundMissing: boolean
  /** Whether the tiles of its tree stand. */
  readonly isTiled: boolean
  /** When the void of a draw began, whose sales were over, and whose tickets are paid back in several steps; null where none has. */
  readonly voidBegunAt: Instant | null
}

/** Whether a draw is locked and can still be drawn or declared void: nothing takes back a void that has begun. */
export const isUndecided = ({ status, voidBegunAt }: Pick<StepFacts, "status" | "voidBegunAt">): boolean =>
  status === "locked" && voidBegunAt === null

/** A step that a draw has before it. */
export interface StepAhead {
  readonly step: Exclude<DrawStep, "abandon">
  readonly dueAt: Instant
}

/**
 * The steps that a draw has before it at `clock`, due or not; in the order of a draw's life.
 *
 * A draw whose sales are over need not be opened any more. An outcome waits for the lock and for the beacon's round, not for the tiles. A
 * draw whose void has begun is neither locked nor settled.
 */
export const stepsAhead = (draw: StepFacts, clock: Instant): ReadonlyArray<StepAhead> => {
  const { closesAt, firstPurchasedAt, hostGoneAt, kind, lockedAt, opensAt, status } = draw
  if (draw.voidBegunAt !== null && (status === "open" || status === "locked")) {
    const refund = { step: "refund", dueAt: draw.voidBegunAt } as const
    return lockedAt !== null && !draw.isTiled ? [{ step: "tile", dueAt: lockedAt }, refund] : [refund]
  }
  const isUnlocked = status === "scheduled" || status === "open"
  const steps: Array<StepAhead> = []
  if (status === "scheduled" && (closesAt === null || clock < closesAt)) steps.push({ step: "open", dueAt: opensAt })
  if (isUnlocked && closesAt !== null) steps.push({ step: "lock", dueAt: closesAt })
  if (kind === "room" && status === "open") {
    steps.push({ step: "expire", dueAt: hostGoneAt ?? instant((firstPurchasedAt ?? opensAt) + expireAfterMillis) })
  }
  if (lockedAt !== null && !draw.isTiled) steps.push({ step: "tile", dueAt: lockedAt })
  // the host of a room may come before the server
  const settlesAt = kind === "room" ? draw.autoDrawAt : draw.drawAt
  if (isUndecided(draw) && settlesAt !== null && !draw.isRoundMissing) {
    steps.push({ step: "settle", dueAt: settlesAt })
  }
  return steps
}

/** Whether a step of the clockwork is to be done at `clock`. Never of `abandon`: see `isAbandoned`. */
export const isDue = (step: DrawStep, draw: StepFacts, clock: Instant): boolean =>
  stepsAhead(draw, clock).some((ahead) => ahead.step === step && ahead.dueAt <= clock)

/** Whether a locked draw may be drawn at `clock`, by its host if it is a room: its outcome is due, and its round is there. */
export const mayBeDrawn = (
  draw: Pick<StepFacts, "drawAt" | "isRoundMissing" | "status" | "voidBegunAt">,
  clock: Instant
): boolean => isUndecided(draw) && draw.drawAt !== null && draw.drawAt <= clock && !draw.isRoundMissing

/** Whether a locked draw has waited at `clock` for so long: a week unless given, after which it may be abandoned. */
export const isOverdue = (
  draw: Pick<StepFacts, "drawAt" | "status" | "voidBegunAt">,
  clock: Instant,
  waitMillis = abandonAfterMillis
): boolean => isUndecided(draw) && draw.drawAt !== null && clock - draw.drawAt >= waitMillis

/**
 * Whether a draw is abandoned at `clock` by whoever tried in vain what `reason` says: it has waited for a week, and that is still what
 * keeps it from being decided. A process that waited for the round has not tried to open the seed for an hour, and may be the one that
 * lacks the key: it never abandons a draw whose round has come. A retired chain is waited for a day.
 */
export const isAbandoned = (
  draw: StepFacts,
  reason: AbandonReason | "retired",
  isSeedOpened: boolean,
  clock: Instant
): boolean => {
  switch (reason) {
    case "beacon":
      return isOverdue(draw, clock) && draw.isRoundMissing
    case "retired":
      return isOverdue(draw, clock, earlyVoidAfterMillis) && draw.isRoundMissing
    case "seed":
      return isOverdue(draw, clock) && !draw.isRoundMissing && !isSeedOpened
  }
}

/**
 * When the server draws a room that is locked now, although its host never comes back: at the time that the host named, else a day after
 * the lock, and never before `drawAt`, when the outcome is due.
 */
export const autoDrawTime = (lockedAt: Instant, hostDrawAt: Instant | null, drawAt: Instant): Instant =>
  instant(Math.max(hostDrawAt ?? lockedAt + autoDrawAfterMillis, drawAt))
