/** The daily draws, as the API tells them. */
import type { Cents } from "@ddd/core/money/Money"
import { type BeaconKind, beaconKindOf } from "../text/Beacons.ts"
import { centsOf } from "../text/Dollars.ts"
import { arrayAt, at, NotUnderstood, numberAt, textAt, textOrNullAt, timeAt } from "./Json.ts"
import { type Answer, get } from "./Server.ts"

export interface Draw {
  readonly id: string
  /** `2026-02-03`. */
  readonly day: string
  readonly status: string
  readonly pot: Cents
  readonly entries: number
  /** 64 hex digits. */
  readonly commitment: string
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly opensAt: number
  readonly closesAt: number
  readonly beacon: BeaconKind
  readonly winningTicketId: string | null
  /** Null until it is drawn. */
  readonly drawnAt: number | null
}

export interface Winner {
  readonly name: string
  readonly ticketId: string
  readonly position: number
  readonly prize: Cents
}

/** The newest drawn draw. */
export interface LastDraw {
  readonly draw: Draw
  /** Null where nobody had entered. */
  readonly winner: Winner | null
}

export interface DrawPage {
  readonly draws: ReadonlyArray<Draw>
  readonly nextCursor: string | null
}

/** The money under a name. */
export const moneyAt = (json: unknown, name: string): Cents => {
  const cents = centsOf(at(json, name))
  if (cents === undefined) throw new NotUnderstood(name)
  return cents
}

const drawOf = (json: unknown): Draw => ({
  id: textAt(json, "id"),
  day: textAt(json, "drawDate"),
  status: textAt(json, "status"),
  pot: moneyAt(json, "prizePool"),
  entries: numberAt(json, "totalEntries"),
  commitment: textAt(json, "commitmentHash"),
  opensAt: timeAt(json, "opensAt"),
  closesAt: timeAt(json, "closesAt"),
  beacon: beaconKindOf(at(json, "beacon") === null ? null : textAt(at(json, "beacon"), "chainHash")),
  winningTicketId: textOrNullAt(json, "winningTicketId"),
  drawnAt: at(json, "drawnAt") === null ? null : timeAt(json, "drawnAt")
})

const winnerOf = (json: unknown): Winner => ({
  name: textAt(json, "username"),
  ticketId: textAt(json, "ticketId"),
  position: numberAt(json, "position"),
  prize: moneyAt(json, "prizeAmount")
})

/** The draw on sale. */
export const currentDraw = (): Promise<Answer<Draw>> => get("/lottery/current-draw", drawOf)

/** The draw of a day. */
export const drawOfDay = (day: string): Promise<Answer<Draw>> =>
  get(`/lottery/draws/${encodeURIComponent(day)}`, drawOf)

/** Who won last; null before any draw. */
export const lastDraw = (): Promise<Answer<LastDraw | null>> =>
  get("/lottery/last-winner", (json) => {
    if (at(json, "draw") === null) return null
    const winner = at(json, "winner")
    return { draw: drawOf(at(json, "draw")), winner: winner === null ? null : winnerOf(winner) }
  })

/** Draws that are over, newest first, a page at a time. */
export const drawHistory = (cursor: string | null): Promise<Answer<DrawPage>> =>
  get(
    `/lottery/draw-history?limit=5${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    (json) => ({ draws: arrayAt(json, "items").map(drawOf), nextCursor: textOrNullAt(json, "nextCursor") })
  )

/** Where a day's proof bundle is. */
export const proofPath = (day: string): string => `/lottery/draws/${encodeURIComponent(day)}/proof`
