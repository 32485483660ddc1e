/**
 * What was acknowledged and published, what was paid out, and what protects players, remembered in a folder outside the database
 * (docs/decisions/0053, 0098).
 *
 * Each process that has something to remember appends lines to a file of its own: written before an answer goes out, so that a killed
 * process has written it, and synced each second; records are synced at once. It reads the files of the others too. A file that grew is
 * replaced by what it amounts to; one whose process is gone is taken over by a server, within two hours. A line that was written whole and
 * cannot be read is told, and its file kept.
 *
 * Where the folder cannot be written or read (a full disk, a volume that is gone), that is a `problem`, upon which nothing more is sold or
 * signed. Each second it is tried to write all that is remembered anew, until that succeeds.
 */
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { makeLogThrottle } from "@ddd/core/work/LogThrottle"
import { Clock, Data, Effect, Schedule, type Scope } from "effect"
import * as fs from "node:fs"
import { OtherAccount } from "./AcknowledgedFolder.ts"
import { codeOf, isForbidden } from "./AcknowledgedReading.ts"
import { Files } from "./AcknowledgedStore.ts"

/** The folder cannot be used. The message says what to do. */
export class ProofFolderUnusable extends Data.TaggedError("ProofFolderUnusable")<{ readonly message: string }> {}

/** Why the folder cannot be used, and what to do. */
const unusable = (error: unknown): string =>
  error instanceof OtherAccount ?
    `PROOF_DIR cannot be used: ${error.message}.` :
    `PROOF_DIR cannot be used: ${error instanceof Error ? error.message : String(error)}. ` +
    (isForbidden(error) ? "Run this as the account of the servers, whose folder it is. " : "") +
    "Set it to a folder that this program may write, on a disk that is not put back together with the database."

/** That lines cannot be read, and what to do. */
export const unreadableText = (files: ReturnType<AcknowledgedService["unreadable"]>): string =>
  `PROOF_DIR has lines that cannot be read (${files.map(({ file, lines }) => `${lines} in ${file}`).join(", ")}): ` +
  "they were damaged, or are of a later release. What they told is not known, and cannot be missed in the database. " +
  "Look at the disk; once you know of the loss, move these files elsewhere"

/** What is remembered in the folder of a database; null where there is no such folder. Makes and changes nothing. */
export const look = (folder: string): Effect.Effect<AcknowledgedService | null, ProofFolderUnusable> =>
  Effect.try({
    // one that may not be looked at is not one that is not there
    try: () => fs.statSync(folder, { throwIfNoEntry: false }) === undefined ? null : new Files(folder, "look").service,
    catch: (error) => new ProofFolderUnusable({ message: unusable(error) })
  })

/**
 * Opens the folder of a database, for as long as the scope lives. `isServer`: files of processes that are gone are taken over.
 */
export const open = (
  folder: string,
  { isServer }: { readonly isServer: boolean }
): Effect.Effect<AcknowledgedService, ProofFolderUnusable, Scope.Scope> =>
  Effect.gen(function*() {
    const files = yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const opened = new Files(folder, isServer ? "server" : "command")
          if (isServer) opened.takeOver()
          return opened
        },
        catch: (error) => new ProofFolderUnusable({ message: unusable(error) })
      }),
      (opened) =>
        Effect.try(() => opened.close()).pipe(
          Effect.catch(({ cause }) =>
            // a command says by itself what it could not write
            isServer || opened.service.problem() === null
              ? Effect.logError(`what was done last may not be remembered in PROOF_DIR (${codeOf(cause)})`)
              : Effect.void
          )
        )
    )
    const said = makeLogThrottle()
    let unreadable = 0
    const sayUnreadable = Effect.suspend(() => {
      const found = files.service.unreadable()
      const lines = found.reduce((sum, file) => sum + file.lines, 0)
      const isMore = lines > unreadable
      unreadable = lines
      return isMore && isServer ? Effect.logError(unreadableText(found)) : Effect.void
    })
    yield* sayUnreadable
    const tick = Effect.flatMap(Clock.currentTimeMillis, (at) => {
      // what a sale met since then may be over with this attempt
      const before = files.service.problem()
      files.tick(at)
      const problem = files.service.problem() ?? before
      const say = problem === null || !isServer ? Effect.void : said.failed(Effect.logError(problem, files.lastError))
      if (files.service.problem() !== null) return say
      return Effect.andThen(
        Effect.andThen(say, sayUnreadable),
        Effect.suspend(() =>
          said.ended() ? Effect.logWarning("PROOF_DIR can be used again, and all is written") : Effect.void
        )
      )
    })
    yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced("1 second")))
    return files.service
  })
