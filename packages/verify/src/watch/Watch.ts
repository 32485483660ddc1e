/**
 * `ddd watch`: keeps the records that a server shows, with the time, so that nobody can show others later.
 *
 * A lock record that somebody fetched before the beacon's round existed lifts a verdict from BEACON to WITNESSED (docs/fairness.md, check
 * 12). The server is asked every few seconds, each second around a lock: the record must be here within the 30 seconds
 * between the close and the round. What was kept once is held against what is shown from then on.
 */
import { quicknetHash } from "@ddd/core/proof/Beacon"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import { setTimeout } from "node:timers/promises"
import { type ExitCode, holds, interrupted, refuted, unreadable } from "../ExitCode.ts"
import { publicSite, Unanswered } from "../PublicSite.ts"
import type { Terminal } from "../Terminal.ts"
import { pinnedChain, pinnedKeys } from "../VerifyOptions.ts"
import { WrongUsage } from "../WrongUsage.ts"
import { pinKeys } from "./PinnedKeys.ts"
import { makeWatcher, type Watcher } from "./Watcher.ts"
import { openWatchFolder } from "./WatchFolder.ts"

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
  /** How long an answer may take, from the question to its last byte. */
  readonly answerMillis: number
}

const realWorld: WatchWorld = {
  now: Date.now,
  sleep: (millis, signal) => setTimeout(millis, undefined, { signal }),
  answerMillis: 10_000
}

const urgentMillis = 1_000
const backOffMillisMax = 60_000

const everyMillis = (text: string | undefined): number => {
  const seconds = text === undefined ? 5 : /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (seconds < 1 || seconds > 3600) throw new WrongUsage("--every is a whole number of seconds, from 1 to 3600.")
  return seconds * 1000
}

/** How long to wait before the next look: less around a lock, longer after each look that was not answered. */
const pauseMillis = (every: number, isUrgent: boolean, failures: number): number => {
  if (isUrgent) return Math.min(urgentMillis, every)
  return failures === 0 ? every : Math.min(backOffMillisMax, 1_000 * 2 ** (failures - 1))
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted

/**
 * Watches the server at `address` until `signal` is aborted, or once. Rejects with `WrongUsage`.
 *
 * The exit code is 1 where something was found wrong, however it ends; else 0, with `--once` 2 where nobody answered.
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
  const isOnce = flags.once === true
  // one request, so that the watcher's own back-off says how long it waits
  const site = publicSite(address, { attempts: 1, pauseMillis: 0, answerMillis: world.answerMillis }, signal)
  const folder = openWatchFolder(flags.dir ?? "ddd-watch")
  const command = { program, chain: chain === quicknetHash ? undefined : chain }
  let watcher: Watcher | undefined
  let failures = 0

  const begin = async (): Promise<Watcher> => {
    const pinned = await pinKeys(site, folder, flags.vkey)
    terminal.print(`watching ${visible(address)}, keeping what it shows in ${visible(folder.path)}`)
    terminal.print(`${pinned.texts.length === 1 ? "the key" : "the keys"} ${pinned.how}:`)
    for (const text of pinned.texts) terminal.print(`  ${visible(text)}`)
    return makeWatcher(site, folder, pinned, command, terminal, world.now)
  }

  const warn = (text: string): void =>
    terminal.remark(terminal.remarkPaint.yellow(`${formatInstant(instant(world.now()))}  ${visible(text)}`))

  /** Looks once, and counts whether it was answered. */
  const look = async (): Promise<void> => {
    try {
      watcher ??= await begin()
      await watcher.round()
      if (failures > 0) warn("the server answers again")
      failures = 0
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
      if (isAborted(signal)) return
      failures++
      if (failures === 1) warn(`${error.message}${isOnce ? "" : " It is asked again until it answers."}`)
    }
  }

  while (!isAborted(signal)) {
    await look()
    if (isOnce) break
    await world.sleep(pauseMillis(every, watcher?.isLockExpected() === true, failures), signal).catch(() => undefined)
  }
  if (watcher?.hasRaisedAlarm() === true) return refuted
  if (isOnce && isAborted(signal)) return interrupted
  return isOnce && failures > 0 ? unreadable : holds
}
