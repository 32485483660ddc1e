/** Looks at the records of a server again and again: keeps what is new, and raises an alarm over what is wrong. */
import { type Day, dayAfter, dayOf, type Instant, instant } from "@ddd/core/values/Instant"
import type { PublicSite } from "../PublicSite.ts"
import type { Terminal } from "../Terminal.ts"
import { evidenceIn } from "./Evidence.ts"
import { keptRecords } from "./KeptRecords.ts"
import { lockExpectation } from "./LockExpected.ts"
import type { Pinned } from "./PinnedKeys.ts"
import { type RecordName, recordNames, type Seen, type WatchFolder } from "./WatchFolder.ts"
import { type Alarm, examine, originOf } from "./WatchRules.ts"
import { alarmText, evidenceName, evidenceText, keptText, tooMuchText, type VerifyCommand } from "./WatchText.ts"

/** How often the draws of the coming week, and those that are over, are looked at. */
const farEveryMillis = 60_000
const daysAhead = 8
/** Of those that were kept, so many of the newest. */
const daysBack = 40

export interface Watcher {
  /** Asks once about everything that is due. Rejects with `Unanswered`. */
  readonly round: () => Promise<void>
  /** Whether a lock may come any moment: a draw has left the sale, or is about to by the clock here. */
  readonly isLockExpected: () => boolean
  /** Whether anything was found wrong so far. */
  readonly hasRaisedAlarm: () => boolean
}

/** `now` is the clock of this machine, in milliseconds; `command` is what the verifier is called and which chain it is given. */
export const makeWatcher = (
  site: PublicSite,
  folder: WatchFolder,
  pinned: Pinned,
  command: Omit<VerifyCommand, "vkeys">,
  terminal: Terminal,
  now: () => number
): Watcher => {
  const kept = keptRecords(folder.seen)
  const locks = lockExpectation(kept)
  const evidence = evidenceIn(folder)
  let hasRaisedAlarm = false
  let lastFarLook = Number.NEGATIVE_INFINITY
  let lastCurrent: Day | undefined

  const raise = (day: Day, name: RecordName, alarm: Alarm): void => {
    const at = instant(now())
    const origin = originOf(alarm, pinned.keys)
    hasRaisedAlarm = true
    const keeping = evidence.keep(
      evidenceName(day, name, alarm, origin),
      origin,
      at,
      () => evidenceText(site.proofUrl(day), at, day, name, alarm)
    )
    if (!keeping.isNew) return
    const text = keeping._tag === "Kept" ? alarmText(at, day, name, alarm, keeping.file) : tooMuchText(at, origin)
    terminal.remark(terminal.remarkPaint.red(text))
  }

  const take = (day: Day, name: RecordName, note: string | null, at: Instant): void => {
    const found = examine(kept, day, name, note, pinned.keys)
    if (found._tag === "Nothing") return
    if (found._tag === "Wrong") return raise(day, name, found.alarm)
    const seen: Seen = { at, day, name, note: found.note }
    const file = folder.keep(seen)
    kept.add(seen)
    const verifyCommand = { ...command, vkeys: pinned.texts }
    const open = kept.record(day, "open")
    terminal.print(keptText(seen, found.record, open, file, verifyCommand, site.proofUrl(day), terminal.paint))
  }

  const look = async (day: Day): Promise<void> => {
    const notes = await site.records(day)
    // by the clock of this machine, once the record is here
    const at = instant(now())
    for (const name of recordNames) take(day, name, notes?.[name] ?? null, at)
  }

  /** The days whose draws are under way: on sale, or off it and not yet decided. */
  const daysUnderWay = (current: Day | undefined): ReadonlySet<Day> => {
    const newest = current ?? lastCurrent
    const undecided = kept.newestDays(daysBack).filter((day) =>
      newest !== undefined && day <= newest && kept.find(day, "result") === undefined
    )
    return new Set([...current === undefined ? [] : [current], ...undecided])
  }

  /** Looks at the other draws that were kept, and at those whose open records may have been published since. */
  const lookFar = async (current: Day | undefined, done: ReadonlySet<Day>): Promise<void> => {
    for (const day of kept.newestDays(daysBack)) if (!done.has(day)) await look(day)
    // yesterday's draw may be locked and not yet decided; the open records of the coming week are published
    const today = current ?? dayOf(instant(now()))
    for (let ahead = -1; ahead <= daysAhead; ahead++) {
      const day = dayAfter(today, ahead)
      if (day !== current && kept.find(day, "open") === undefined) await look(day)
    }
  }

  return {
    round: async () => {
      const current = (await site.current())?.drawDate
      const days = daysUnderWay(current)
      for (const day of days) await look(day)
      if (now() - lastFarLook >= farEveryMillis) {
        await lookFar(current, days)
        lastFarLook = now()
      }
      lastCurrent = current ?? lastCurrent
      locks.update(current, lastCurrent, now())
    },
    isLockExpected: () => locks.isExpected(now()),
    hasRaisedAlarm: () => hasRaisedAlarm
  }
}
