/**
 * What players are told by push notifications, whom, and for how long it is worth telling.
 *
 * - `won`: a draw is settled, and theirs is the winning ticket. To the winner alone.
 * - `closing`: a day's draw closes within half an hour. To whoever has tickets of it then, once; not to who takes a time-out or is excluded.
 * - `room_locked`: a room's draw is locked. To its members, but for the host, who locked it.
 * - `room_drawn`: a room's draw is drawn. To its members, but for the winner, who is told of that.
 */
import { barredAt, type Barring } from "../money/Barring.ts"
import type { DrawId, UserId } from "../values/Ids.ts"
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import type { DrawKind, DrawStatus } from "./Draw.ts"

export const noticeKinds = ["won", "closing", "room_locked", "room_drawn"] as const
export type NoticeKind = typeof noticeKinds[number]

/** Whom a notice is for: a player, or the members of the draw's room but for one. */
export type Audience =
  | { readonly _tag: "Player"; readonly userId: UserId }
  | { readonly _tag: "Members"; readonly except: UserId | null }

/** What is to be told, on each device that its audience has at that moment. */
export interface Notice {
  readonly kind: NoticeKind
  readonly drawId: DrawId
  readonly to: Audience
  /** From when on it is not told any more. */
  readonly until: Instant
}

/** For how long an outcome is worth telling. */
const wonMillis = 3 * dayMillis
const roomMillis = dayMillis

/** How long before its close a daily draw is about to close. */
export const closingMillis = 30 * 60_000

interface Closing {
  readonly status: DrawStatus
  /** Null of a room, which closes as its host says. */
  readonly closesAt: Instant | null
}

/** Whether those who have tickets of a draw are told at `now` that it closes. */
export const isAboutToClose = ({ closesAt, status }: Closing, now: Instant): boolean =>
  closesAt !== null && (status === "open" || status === "scheduled") && now >= closesAt - closingMillis &&
  now < closesAt

/** What is told of a draw that is settled at `at`. `winner`: null where nobody entered. */
export const noticesOfResult = (
  draw: { readonly id: DrawId; readonly kind: DrawKind },
  winner: UserId | null,
  at: Instant
): ReadonlyArray<Notice> => [
  ...winner === null
    ? []
    : [
      {
        kind: "won",
        drawId: draw.id,
        to: { _tag: "Player", userId: winner },
        until: instant(at + wonMillis)
      } as const
    ],
  ...draw.kind === "daily"
    ? []
    : [
      {
        kind: "room_drawn",
        drawId: draw.id,
        to: { _tag: "Members", except: winner },
        until: instant(at + roomMillis)
      } as const
    ]
]

/** What is told of a room that its host locks at `at`. */
export const noticesOfLock = (drawId: DrawId, host: UserId, at: Instant): ReadonlyArray<Notice> => [
  { kind: "room_locked", drawId, to: { _tag: "Members", except: host }, until: instant(at + roomMillis) }
]

/** Whether a notice is told still, to a player who is barred so. */
export const isStillTold = (
  { kind, until }: Pick<Notice, "kind" | "until">,
  barring: Barring,
  now: Instant
): boolean => now < until && !(kind === "closing" && barredAt(barring, now) !== null)
