/** What `ddd watch` says: what it kept and how that is used, and what it raises an alarm over. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { quicknetHash } from "@ddd/core/proof/Beacon"
import type { DrawRecord, LockRecord } from "@ddd/core/proof/Record"
import { toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { visible, visibleData, visibleLines } from "@ddd/core/values/Visible"
import type { Paint } from "../Terminal.ts"
import { allowances, type Origin } from "./Evidence.ts"
import type { RecordName, Seen } from "./WatchFolder.ts"
import type { Alarm } from "./WatchRules.ts"

/** What a command that verifies a draw is put together from. */
export interface VerifyCommand {
  readonly program: string
  readonly chain: string | undefined
  readonly vkeys: ReadonlyArray<string>
}

/** An argument as a shell takes it. */
const quoted = (text: string): string => /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

const verifyCommand = ({ chain, program, vkeys }: VerifyCommand, url: string, seen: Seen, file: string): string =>
  [
    program,
    quoted(url),
    ...vkeys.flatMap((vkey) => ["--vkey", quoted(vkey)]),
    ...chain === undefined ? [] : ["--chain", chain],
    "--seen",
    quoted(file),
    "--seen-at",
    formatInstant(seen.at)
  ].map(visible).join(" ")

const whole = new Intl.NumberFormat("en-US")
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const seconds = (millis: number): string => `${tenths.format(millis / 1000)} s`

const sinceClose = (at: Instant, closes: Instant | null): string => {
  if (closes === null) return ""
  return at < closes
    ? ", before the close by the clock here: one of the two clocks is wrong"
    : `, ${seconds(at - closes)} after the close`
}

/** What a lock record that was kept is good for. */
const useOf = (
  { at }: Seen,
  { beacon, draws }: LockRecord,
  command: string,
  chain: string | undefined
): ReadonlyArray<string> => {
  if (beacon === null) return ["The draw has no beacon that it could be older than.", command]
  if (at >= draws) return [`It came when the beacon's round ${beacon.round} may have been known: it witnesses nothing.`]
  const unpinned = beacon.chainHash === (chain ?? quicknetHash)
    ? []
    : [`Its beacon's chain is not the pinned one: if you trust it, add --chain ${beacon.chainHash}`]
  return [`It is older than the beacon's round ${beacon.round}. Once the draw is decided:`, command, ...unpinned]
}

/** What was kept; of a lock also the command that makes use of it. */
export const keptText = (
  seen: Seen,
  shown: DrawRecord,
  open: DrawRecord | undefined,
  file: string,
  command: VerifyCommand,
  url: string,
  paint: Paint
): string => {
  const record = visibleData(shown)
  const line = (what: string) => `${formatInstant(seen.at)}  ${seen.day}  ${what}`
  switch (record.type) {
    case "open":
      return line(`open record kept, commitment ${record.commitment}`)
    case "lock": {
      const closes = open?.type === "open" ? open.closes : null
      return [
        line(
          paint.bold(
            `lock record kept${sinceClose(seen.at, closes)}: ${
              whole.format(record.entries)
            } entries, root ${record.root}`
          )
        ),
        ...useOf(seen, record, verifyCommand(command, url, seen, file), command.chain).map((text) => `  ${text}`)
      ].join("\n")
    }
    case "result":
      return line(`result record kept: ${record.winner === null ? "no winner" : `${record.winner.ticketId} wins`}`)
    case "void":
      return line(`void record kept: ${record.reason}`)
  }
}

const whatHappened = (day: string, name: RecordName, alarm: Alarm): string => {
  switch (alarm._tag) {
    case "Changed":
      return `The ${name} record of ${day} changed: another text was kept on ${formatInstant(alarm.kept.at)}.`
    case "Twice":
      return `There are two ${name} records of one draw: under ${alarm.kept.day}, and another under ${day}.`
    case "Gone":
      return `The ${name} record of ${day}, kept on ${formatInstant(alarm.kept.at)}, is shown no more.`
    case "NotSigned":
      return `The ${name} record of ${day} is not signed by a key that is pinned.`
    case "Misfit":
      return `What stands as the ${name} record of ${day} does not fit. ${alarm.why}`
  }
}

export const alarmText = (at: Instant, day: string, name: RecordName, alarm: Alarm, file: string): string =>
  `${formatInstant(at)}  CHANGED  ${whatHappened(day, name, alarm)} Evidence: ${visible(file)}`

/** Said once a day of each origin. */
export const tooMuchText = (at: Instant, origin: Origin): string =>
  `${formatInstant(at)}  CHANGED  There is more that is wrong and ${origin} than is kept: ` +
  `${allowances[origin].perDay} files a day, ${allowances[origin].inAll} in all. No more of it is said today.`

/** The same for the same finding, so that it is written once. */
export const evidenceName = (day: string, name: RecordName, alarm: Alarm, origin: Origin): string => {
  const digest = toHex(fastSha256(utf8Bytes(alarm.note ?? ""))).slice(0, 12)
  return `CHANGED-${day}-${name}-${alarm._tag}-${origin === "signed" ? "" : "unsigned-"}${digest}.txt`
}

/** Every note that a key signed is shorter: a hundred signatures take 15 kB. */
const shownCharactersMax = 32_768

/** A note as it may be looked at in a terminal, which is how it stands where it is a record's; the rest of a longer one is left out. */
const noteText = (note: string): string => {
  const text = visibleLines(note.slice(0, shownCharactersMax))
  const left = note.length - shownCharactersMax
  return left > 0 || text.length > shownCharactersMax
    ? `${text.slice(0, shownCharactersMax)}\n(cut off: it has ${whole.format(note.length)} characters)\n`
    : text
}

/** Both texts, with their times. */
export const evidenceText = (url: string, at: Instant, day: string, name: RecordName, alarm: Alarm): string => {
  const { kept, note } = alarm
  const before = kept === null
    ? "Nothing was kept of it before.\n"
    : `Kept on ${formatInstant(kept.at)}, as shown under ${kept.day}:\n\n${noteText(kept.note)}`
  const now = note === null
    ? `On ${formatInstant(at)} nothing is shown.\n`
    : `Shown on ${formatInstant(at)}:\n\n${noteText(note)}`
  return `${whatHappened(day, name, alarm)}\nThe draw's bundle: ${visible(url)}\n\n${before}\n${now}`
}
