/**
 * `ddd watch`: keeps the records that a server shows, with the time, so that nobody can show others later.
 *
 * A lock record that somebody fetched before the beacon's round existed lifts a verdict from BEACON to WITNESSED (FAIRNESS.md, check
 * 12). The server is asked every few seconds, each second around a lock: the record must be here within the 30 seconds
 * between the close and the round. What was kept once is held against what is shown from then on.
 */
import { quicknetHash } from "@ddd/core/draws/Beacon"
import type { VerifierKey } from "@ddd/core/proof/Note"
import { type DrawRecord, parseRecord } from "@ddd/core/proof/Record"
import { type Day, dayAfter, dayOf, formatInstant, type Instant, instant, parseDay } from "@ddd/core/values/Instant"
import { setTimeout } from "node:timers/promises"
import { type ExitCode, holds, refuted, unreadable } from "./ExitCode.ts"
import { type PublicSite, publicSite, Unanswered } from "./PublicSite.ts"
import type { Terminal } from "./Terminal.ts"
import { keysIn, pinnedChain, pinnedKeys } from "./VerifyOptions.ts"
import { openWatchFolder, type RecordName, recordNames, type Seen, type WatchFolder } from "./WatchFolder.ts"
import { type Alarm, alarmOver, textOrNote } from "./WatchRules.ts"
import { alarmText, evidenceName, evidenceText, keptText, type VerifyCommand } from "./WatchText.ts"
import { WrongUsage } from "./WrongUsage.ts"

/** The options as they are written. */
export interface WatchFlags {
  readonly dir?: string
  readonly every?: string
  readonly once?: true
  readonly vkey?: ReadonlyArray<string>
  readonly chain?: string
}

/** What stands outside of the watcher, and is another's in tests. */
export interface WatchWorld {
  readonly now: () => number
  /** Rejects once `signal` is aborted. */
  readonly sleep: (millis: number, signal: AbortSignal) => Promise<unknown>
}

export const realWorld: WatchWorld = {
  now: Date.now,
  sleep: (millis, signal) => setTimeout(millis, undefined, { signal })
}

/** One request, so that the watcher's own back-off says how long it waits. */
const patience = { attempts: 1, pauseMillis: 0, answerMillis: 10_000 }

const urgentMillis = 1_000
/** A draw that is not locked so long after it left the sale is stuck: nothing is gained by asking each second. */
const urgentForMillis = 600_000
/** How often the draws of the coming week, and those that are over, are looked at. */
const farEveryMillis = 60_000
const daysAhead = 8
/** Of those that are over, so many of the newest. */
const daysBack = 30
const backOffMillisMax = 60_000

const everyMillis = (text: string | undefined): number => {
  const seconds = text === undefined ? 5 : /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (seconds < 1 || seconds > 3600) throw new WrongUsage("--every is a whole number of seconds, from 1 to 3600.")
  return seconds * 1000
}

interface Pinned {
  readonly keys: ReadonlyArray<VerifierKey>
  /** As they are written, for the commands that are shown. */
  readonly texts: ReadonlyArray<string>
  readonly how: string
}

const linesOf = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((line) => line !== "")

/** The keys that notes must be signed by: named, else those of the first visit. */
const pin = async (site: PublicSite, folder: WatchFolder, vkey: ReadonlyArray<string> | undefined): Promise<Pinned> => {
  if (vkey !== undefined) {
    return { keys: pinnedKeys(vkey), texts: vkey.flatMap(linesOf), how: "that you named" }
  }
  const kept = folder.keys()
  const text = kept ?? await site.vkeys()
  const keys = keysIn([text])
  if (keys === undefined || keys.length === 0) {
    if (kept !== undefined) {
      throw new WrongUsage(`${folder.path}/keys.txt does not hold verifier keys; name them by --vkey.`)
    }
    throw new Unanswered("The server tells no verifier key at /log/vkey; name one by --vkey.")
  }
  if (kept === undefined) folder.keepKeys(text)
  const how = kept === undefined
    ? "that the server tells, trusted on first use: compare it with one from elsewhere, or name it by --vkey"
    : "that the server told at the first use of this folder"
  return { keys, texts: linesOf(text), how }
}

/** Looks at a server again and again. */
const makeWatcher = (
  site: PublicSite,
  folder: WatchFolder,
  pinned: Pinned,
  command: Omit<VerifyCommand, "vkeys">,
  terminal: Terminal,
  { now }: WatchWorld
) => {
  const kept: Array<Seen> = [...folder.seen]
  const cried = new Set<string>()
  let lastFarLook = Number.NEGATIVE_INFINITY
  let lastCurrent: Day | undefined
  /** When a draw was first found off sale without a lock. */
  const offSaleSince = new Map<string, number>()

  const has = (day: string, name: RecordName): boolean => kept.some((seen) => seen.day === day && seen.name === name)
  const keptDays = (): ReadonlyArray<string> => [...new Set(kept.map(({ day }) => day))].sort()
  const recordOf = (day: string, name: RecordName): DrawRecord | undefined => {
    const seen = kept.find((each) => each.day === day && each.name === name)
    return seen === undefined ? undefined : parseRecord(textOrNote(seen.note))
  }

  const cry = (day: string, name: RecordName, alarm: Alarm): void => {
    const at = instant(now())
    const evidence = evidenceName(day, name, alarm)
    if (cried.has(evidence)) return
    cried.add(evidence)
    const file = folder.keepEvidence(evidence, evidenceText(site.proofUrl(dayIn(day)), at, day, name, alarm))
    terminal.remark(terminal.remarkPaint.red(alarmText(at, day, name, alarm, file)))
  }

  const take = (day: string, name: RecordName, note: string | null, at: Instant): void => {
    const found = alarmOver(kept, day, name, note, pinned.keys)
    if (found === undefined || note === null) {
      if (found !== undefined && "_tag" in found) cry(day, name, found)
      return
    }
    if ("_tag" in found) return cry(day, name, found)
    const seen: Seen = { at, day, name, note }
    const file = folder.keep(seen)
    kept.push(seen)
    const open = recordOf(day, "open")
    terminal.print(
      keptText(
        seen,
        found.record,
        open,
        file,
        { ...command, vkeys: pinned.texts },
        site.proofUrl(dayIn(day)),
        terminal.paint
      )
    )
  }

  /** Whether the server shows a draw of the day. */
  const look = async (day: string): Promise<boolean> => {
    const notes = await site.records(dayIn(day))
    // by the clock of this machine, once the record is here
    const at = instant(now())
    for (const name of recordNames) take(day, name, notes?.[name] ?? null, at)
    return notes !== null
  }

  /** The days whose draws are under way, and those that are looked at less often. */
  const daysToLookAt = (current: Day | undefined): ReadonlySet<string> => {
    const newest = current ?? lastCurrent
    const days = new Set<string>(current === undefined ? [] : [current])
    for (const day of keptDays()) if (newest !== undefined && day <= newest && !has(day, "result")) days.add(day)
    return days
  }

  /** Asks once about everything that is due. Rejects with `Unanswered`. */
  const round = async (): Promise<void> => {
    const current = (await site.current())?.drawDate
    const days = daysToLookAt(current)
    for (const day of days) await look(day)
    if (now() - lastFarLook >= farEveryMillis) {
      for (const day of keptDays().slice(-daysBack)) if (!days.has(day)) await look(day)
      // yesterday's draw may be locked and not yet decided; the open records of the coming week are published
      const today = current ?? dayOf(instant(now()))
      for (let ahead = -1; ahead <= daysAhead; ahead++) {
        const day = dayAfter(today, ahead)
        if (day !== current && !has(day, "open")) await look(day)
      }
      lastFarLook = now()
    }
    if (current !== undefined) lastCurrent = current
    for (const day of keptDays()) {
      if (has(day, "lock") || has(day, "result")) offSaleSince.delete(day)
      else if (day !== current && lastCurrent !== undefined && day <= lastCurrent && !offSaleSince.has(day)) {
        offSaleSince.set(day, now())
      }
    }
  }

  /** Whether a lock may come any moment: a draw has left the sale, or is about to by the clock here. */
  const isUrgent = (): boolean => {
    if ([...offSaleSince.values()].some((since) => now() - since < urgentForMillis)) return true
    return keptDays().some((day) => {
      const open = has(day, "lock") || has(day, "result") ? undefined : recordOf(day, "open")
      const closes = open?.type === "open" ? open.closes : null
      return closes !== null && now() > closes - 5_000 && now() < closes + 60_000
    })
  }

  return { round, isUrgent, hasCried: () => cried.size > 0 }
}

/** A day that the server showed or that was kept. */
const dayIn = (text: string): Day => {
  const day = parseDay(text)
  if (day === undefined) throw new TypeError(`${JSON.stringify(text)} is not a day`)
  return day
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted

/**
 * Watches the server at `address` until `signal` is aborted, or once. Rejects with `WrongUsage`.
 *
 * `program` is what the reader calls the verifier: `ddd verify` or `ddd-verify`.
 */
export const watch = async (
  address: string,
  flags: WatchFlags,
  program: string,
  terminal: Terminal,
  signal: AbortSignal,
  world: WatchWorld = realWorld
): Promise<ExitCode> => {
  const every = everyMillis(flags.every)
  const chain = pinnedChain(flags.chain)
  pinnedKeys(flags.vkey)
  const site = publicSite(address, patience)
  const folder = openWatchFolder(flags.dir ?? "ddd-watch")
  const paint = terminal.remarkPaint
  const command = { program, chain: chain === quicknetHash ? undefined : chain }
  let watcher: ReturnType<typeof makeWatcher> | undefined
  let failures = 0

  const attempt = async (): Promise<void> => {
    if (watcher === undefined) {
      const pinned = await pin(site, folder, flags.vkey)
      terminal.print(`watching ${address}, keeping what it shows in ${folder.path}`)
      terminal.print(`${pinned.texts.length === 1 ? "the key" : "the keys"} ${pinned.how}:`)
      for (const text of pinned.texts) terminal.print(`  ${text}`)
      watcher = makeWatcher(site, folder, pinned, command, terminal, world)
    }
    await watcher.round()
  }

  /** How long to wait before the next look. */
  const pause = (): number => {
    const calm = watcher?.isUrgent() === true ? Math.min(urgentMillis, every) : every
    if (failures === 0) return calm
    return watcher?.isUrgent() === true ? calm : Math.min(backOffMillisMax, 1_000 * 2 ** (failures - 1))
  }

  while (!isAborted(signal)) {
    try {
      await attempt()
      if (failures > 0) {
        terminal.remark(paint.yellow(`${formatInstant(instant(world.now()))}  the server answers again`))
      }
      failures = 0
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      failures++
      if (failures === 1 || flags.once === true) {
        const next = flags.once === true ? "" : " It is asked again until it answers."
        terminal.remark(paint.yellow(`${formatInstant(instant(world.now()))}  ${error.message}${next}`))
      }
      if (flags.once === true) return watcher?.hasCried() === true ? refuted : unreadable
    }
    if (flags.once === true) break
    await world.sleep(pause(), signal).catch(() => undefined)
  }
  return watcher?.hasCried() === true ? refuted : holds
}
