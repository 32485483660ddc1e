/** Draws as operators see them: as JSON, and in columns. */
import type { Draw, DrawNotes } from "@ddd/core/draws/Draw"
import { formatCents } from "@ddd/core/money/Money"
import type { Draws } from "@ddd/core/ports/Draws"
import { formatInstantOrNull, type Instant } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import type { Effect } from "effect"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

/** All that is public of a draw; money and times as the API spells them. Scripts read these names: they stay. */
export const drawJson = (draw: Draw) => ({
  id: draw.id,
  kind: draw.kind,
  drawDate: draw.drawDate,
  status: draw.status,
  prizePool: formatCents(draw.prizePool),
  totalEntries: draw.totalEntries,
  commitmentHash: draw.commitmentHash,
  opensAt: formatInstantOrNull(draw.opensAt),
  closesAt: formatInstantOrNull(draw.closesAt),
  lockedAt: formatInstantOrNull(draw.lockedAt),
  drawsAt: formatInstantOrNull(draw.drawAt),
  beacon: draw.beacon,
  entriesRoot: draw.entriesRoot,
  seed: draw.seed,
  winningPosition: draw.winningPosition,
  winningTicketId: draw.winningTicketId,
  drawnAt: formatInstantOrNull(draw.drawnAt)
})

const statusText = ({ status }: Draw): string =>
  status === "open" ? style.green(status) : status === "void" ? style.red(status) : status

/** One line a draw. */
export const drawTable = (draws: ReadonlyArray<Draw>): string =>
  fitted([
    ["DATE", "STATUS", "ENTRIES", "POT", "WINNER", "CLOSES", "ID"],
    ...visibleData(draws).map((draw) => [
      draw.drawDate ?? "room",
      statusText(draw),
      String(draw.totalEntries),
      `$${formatCents(draw.prizePool)}`,
      draw.winningTicketId ?? "",
      formatInstantOrNull(draw.closesAt) ?? "",
      style.dim(draw.id)
    ])
  ], { right: [2, 3], yields: [5, 4] })

const line = (name: string, value: string | null): ReadonlyArray<ReadonlyArray<string>> =>
  value === null ? [] : [[style.dim(name), value]]

/** Which operator declared a draw void before its time. */
type VoidedEarly = Effect.Success<ReturnType<Draws["Service"]["voidedEarly"]>>

export const voidedEarlyJson = (voided: VoidedEarly) =>
  voided === null ? null : { by: voided.by, at: formatInstantOrNull(voided.at) }

/** One draw at length, with what was published of it. */
export const drawText = (
  found: Draw,
  notes: DrawNotes | null,
  voided: VoidedEarly,
  pausedAt: Instant | null
): string => {
  const draw = visibleData(found)
  return aligned([
    ...line("draw", draw.id),
    ...line("date", draw.drawDate ?? "room"),
    ...line("status", statusText(draw)),
    ...line("sales", pausedAt === null ? null : style.red(`paused since ${formatInstantOrNull(pausedAt)}`)),
    ...line("entries", String(draw.totalEntries)),
    ...line("pot", `$${formatCents(draw.prizePool)}`),
    ...line("opens", formatInstantOrNull(draw.opensAt)),
    ...line("closes", formatInstantOrNull(draw.closesAt)),
    ...line("locked", formatInstantOrNull(draw.lockedAt)),
    ...line("drawn", formatInstantOrNull(draw.drawnAt)),
    ...line("commitment", draw.commitmentHash),
    ...line("beacon", draw.beacon === null ? "none" : `${draw.beacon.chainHash} round ${draw.beacon.round}`),
    ...line("root", draw.entriesRoot),
    ...line("seed", draw.seed),
    ...line(
      "winner",
      draw.winningTicketId === null ? null : `${draw.winningTicketId} at position ${draw.winningPosition}`
    ),
    ...line("voided", voided === null ? null : `early, by ${visible(voided.by)} at ${formatInstantOrNull(voided.at)}`),
    ...line(
      "records",
      notes === null ? null : Object.entries(notes).flatMap(([name, note]) => note === null ? [] : [name]).join(", ")
    )
  ])
}
