/** The files of a folder of PROOF_DIR, as one process writes its own and reads those of the others (AcknowledgedFiles.ts). */
import type { Lost } from "@ddd/core/draws/Remembered"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"
import { makeFile, openFolder } from "./AcknowledgedFolder.ts"
import { type Line, lineOf, parseLine, Remembered } from "./AcknowledgedLines.ts"
import { codeOf, isForbidden, readFrom, type Seen } from "./AcknowledgedReading.ts"

/** What was not touched for so long is forgotten: no backup that is put back is as old. */
const ageMillisMax = 60 * 24 * 3_600_000
/** From this size on a file is replaced by what it amounts to, but not before it is twice as large as it was when that was done last. */
const bytesMax = 8 * 1024 * 1024
/** A process shows by its file's time that it lives; whose file is older than this is gone. */
const goneMillis = 3_600_000
const aliveMillis = 60_000

type Use = "server" | "command" | "look"

const isOurs = (name: string): boolean => /^[0-9a-f-]{36}\.jsonl$/.test(name)

/** What a process leaves that is killed while it writes its file anew. */
const isPart = (name: string): boolean => /^[0-9a-f-]{36}\.jsonl\.part$/.test(name)

const now = ({ newestEpoch: epoch }: Remembered) => ({ epoch, at: Date.now() })

export class Files {
  readonly #folder: string
  readonly #isServer: boolean
  readonly #name = `${randomUUID()}.jsonl`
  readonly #remembered = new Remembered()
  /** What a command told itself. */
  readonly #own = new Remembered()
  readonly #unreadable = new Map<string, number>()
  readonly #seen = new Map<string, Seen>()
  #descriptor: number | undefined
  #bytes = 0
  #bytesReplaced = 0
  #isDirty = false
  /** Whether our file lacks something that is remembered: it is to be written anew, after which what stands in it is whole again. */
  #isLacking = false
  #shownAt = 0
  #lookedForGoneAt: number | undefined
  #lost: ReadonlyArray<Lost> = []
  #problem: string | null = null
  /** What the newest problem was, for the log alone: it names folders. */
  lastError: unknown

  /** `use`: a server remembers all that is remembered by others too, a command what it does itself, and who looks writes nothing. */
  constructor(folder: string, use: Use) {
    this.#folder = folder
    this.#isServer = use === "server"
    if (use !== "look") {
      openFolder(folder)
      fs.accessSync(folder, fs.constants.W_OK)
    }
    this.#readOthers()
  }

  readonly service: AcknowledgedService = {
    entriesOf: (id, epoch) => {
      const draw = this.#remembered.draws.get(id)
      return draw?.epoch === epoch ? draw.entries : 0
    },
    newestEpoch: () => this.#remembered.newestEpoch,
    all: () => [...this.#remembered.draws.values()].toReversed(),
    withdrawals: () => [...this.#remembered.withdrawals.all()],
    withdrawalsOf: (userId) => [...this.#remembered.withdrawals.of(userId)],
    measures: () => [...this.#remembered.measures.values()],
    sold: (id, epoch, entries) => this.#write([{ draw: id, epoch, entries, at: Date.now() }], false),
    published: (id, epoch, notes) => this.#write([{ draw: id, epoch, notes, at: Date.now() }], true),
    sent: (withdrawals) =>
      this.#write(withdrawals.map((withdrawal) => ({ ...now(this.#remembered), withdrawal })), true),
    took: (measures) => this.#write(measures.map((measure) => ({ ...now(this.#remembered), measure })), true),
    begun: (epoch) => this.#write([{ epoch, at: Date.now() }], true),
    lost: () => this.#lost,
    found: (lost) => {
      this.#lost = lost
    },
    unreadable: () => Array.from(this.#unreadable, ([file, lines]) => ({ file, lines })),
    problem: () => this.#problem
  }

  #failed(error: unknown): void {
    this.lastError = error
    this.#problem = `what is sold cannot be remembered in PROOF_DIR (${codeOf(error)}); ` +
      "nothing is sold, signed or paid out until that folder can be written and read" + (isForbidden(error)
        ? "; give all that is in it to the account of the server, such as by `chown -R`"
        : "")
  }

  #write(lines: ReadonlyArray<Line>, isLasting: boolean): void {
    const told = lines.filter((line) => this.#remembered.take(line))
    // where something lacks already, this is written with it
    if (!this.#isServer) { for (const line of told) this.#own.take(line) }
    if (told.length === 0 || this.#isLacking) return
    try {
      if (this.#descriptor === undefined) return this.#replace()
      const text = told.map(lineOf).join("")
      // all of it, where a call writes a part only
      fs.writeFileSync(this.#descriptor, text)
      this.#bytes += text.length
      this.#isDirty = true
      if (isLasting) this.#sync()
    } catch (error) {
      this.#isLacking = true
      this.#failed(error)
    }
  }

  #inoInFolder(): number | undefined {
    return fs.statSync(join(this.#folder, this.#name), { throwIfNoEntry: false })?.ino
  }

  /** Writes our file anew, as all that is remembered, or all that a command did; it appears whole or not at all. */
  #replace(): void {
    const path = join(this.#folder, this.#name)
    this.#remembered.forgetBefore(Date.now() - ageMillisMax)
    const text = (this.#isServer ? this.#remembered : this.#own).text()
    const descriptor = makeFile(`${path}.part`, openFolder(this.#folder))
    try {
      fs.writeFileSync(descriptor, text, { flush: true })
      fs.renameSync(`${path}.part`, path)
    } catch (error) {
      fs.closeSync(descriptor)
      // half of it would take what little room there is
      fs.rmSync(`${path}.part`, { force: true })
      throw error
    }
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
    this.#descriptor = descriptor
    this.#bytes = text.length
    this.#bytesReplaced = text.length
    this.#isDirty = false
    const directory = fs.openSync(this.#folder, "r")
    try {
      fs.fsyncSync(directory)
    } finally {
      fs.closeSync(directory)
    }
    this.#isLacking = false
  }

  #sync(): void {
    if (this.#descriptor === undefined || !this.#isDirty) return
    fs.fsyncSync(this.#descriptor)
    this.#isDirty = false
  }

  #othersIn(names: ReadonlyArray<string>): ReadonlyArray<string> {
    return names.filter((name) => isOurs(name) && name !== this.#name)
  }

  /** Reads what the others have appended since it was read last. */
  #readOthers(isAgain = false): void {
    let isTakenOver = false
    const names = this.#othersIn(fs.readdirSync(this.#folder))
    for (const name of this.#unreadable.keys()) if (!names.includes(name)) this.#unreadable.delete(name)
    for (const name of names) {
      const seen = this.#seen.get(name)
      const read = readFrom(join(this.#folder, name), seen)
      if (read === null) {
        isTakenOver = true
        continue
      }
      const end = read.text.lastIndexOf(10) + 1
      // what follows the last end of a line is the half of one that is written, or that a crash left
      const lines = read.text.subarray(0, end).toString("utf8").split("\n").filter((text) => text !== "")
      let unreadable = read.offset === 0 ? 0 : this.#unreadable.get(name) ?? 0
      for (const text of lines) {
        const line = parseLine(text)
        if (line === undefined) unreadable++
        else this.#remembered.take(line)
      }
      if (unreadable > 0) this.#unreadable.set(name, unreadable)
      else this.#unreadable.delete(name)
      this.#seen.set(name, { ino: read.ino, offset: read.offset + end })
    }
    // by a process whose own file, which holds it now, may not have been there when we looked
    if (isTakenOver && !isAgain) this.#readOthers(true)
  }

  /** Files of processes that are gone. */
  #gone(): ReadonlyArray<string> {
    const before = Date.now() - goneMillis
    const isGone = (name: string) =>
      (fs.statSync(join(this.#folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < before
    const names = fs.readdirSync(this.#folder)
    return [...this.#othersIn(names), ...names.filter(isPart)].filter(isGone)
  }

  /** Takes over the files of processes that are gone: what they hold is in ours first. One that cannot be read is left, for a person to see. */
  takeOver(): void {
    const gone = this.#gone()
    this.#readOthers()
    // in any case: a server that cannot remember does not start
    this.#replace()
    for (const name of gone) if (!this.#unreadable.has(name)) fs.rmSync(join(this.#folder, name), { force: true })
  }

  #takeOverHourly(at: number): void {
    this.#lookedForGoneAt ??= at
    if (!this.#isServer || at - this.#lookedForGoneAt < goneMillis) return
    this.#lookedForGoneAt = at
    if (this.#gone().some((name) => !this.#unreadable.has(name))) this.takeOver()
  }

  /** What is done each second, at `at`. */
  tick(at: number): void {
    try {
      if (this.#descriptor !== undefined) {
        // taken over by somebody who thought that we were gone, or moved away with its folder
        this.#isLacking ||= fs.fstatSync(this.#descriptor).ino !== this.#inoInFolder()
        if (!this.#isLacking) this.#sync()
      }
      if (this.#isLacking || this.#bytes > Math.max(bytesMax, 2 * this.#bytesReplaced)) this.#replace()
      this.#readOthers()
      this.#takeOverHourly(at)
      if (this.#descriptor !== undefined && Date.now() - this.#shownAt >= aliveMillis) {
        fs.futimesSync(this.#descriptor, new Date(), new Date())
        this.#shownAt = Date.now()
      }
      this.#problem = null
    } catch (error) {
      // what could not be synced may never get to the disk, although the next attempt seems to succeed
      this.#isLacking ||= this.#isDirty
      this.#failed(error)
    }
  }

  close(): void {
    try {
      if (this.#isLacking) this.#replace()
      this.#sync()
    } finally {
      if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor)
      this.#descriptor = undefined
    }
  }
}
