/** The file that says where addresses are (GEO_DB). It is read again where it has changed, looked at once a minute and on SIGHUP. */
import { readCountryFile } from "@ddd/adapters-maxmind/CountryFile"
import { type Place, unknownPlace } from "@ddd/core/play/Places"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { makeRecent } from "@ddd/core/values/Recent"
import { visible, visibleError } from "@ddd/core/values/Visible"
import { Data, Effect, Result, Schedule, type Scope } from "effect"
import { readFile, stat } from "node:fs/promises"
import { onHangUp } from "./HangUp.ts"

/** The file cannot be read, or is none. */
export class GeoFileUnusable extends Data.TaggedError("GeoFileUnusable")<{ readonly message: string }> {}

/** How often it is looked whether the file has changed. */
const lookPause = "1 minute"

/** Places that were asked for lately: to look one up takes longer than all else that a request does with it. */
const recentMax = 4_096

/** Tells one state of the file on the disk from another. */
const stampOf = (path: string) =>
  Effect.tryPromise({
    try: async () => {
      const { ino, mtimeMs, size } = await stat(path)
      return `${ino} ${mtimeMs} ${size}`
    },
    catch: (error) =>
      new GeoFileUnusable({
        message: `GEO_DB cannot be read (${visibleError(error)}): name a file that this account may read.`
      })
  })

/** The file as it stands now. */
export const read = Effect.fn("GeoFile.read")(function*(path: string) {
  const bytes = yield* Effect.tryPromise({
    try: () => readFile(path),
    catch: (error) => new GeoFileUnusable({ message: `GEO_DB cannot be read (${visibleError(error)}).` })
  })
  return yield* Effect.fromResult(Result.mapError(readCountryFile(bytes), (why) =>
    new GeoFileUnusable({
      message: `GEO_DB is no file in MaxMind's form (${visible(why)}): name a .mmdb file of countries or cities.`
    })))
})

/**
 * Where an address is, by the file as it was last read whole. A file that cannot be used is logged, and what was read before stays. Nothing
 * that is logged names an address or a country.
 */
export const open = (path: string): Effect.Effect<(address: string) => Place, GeoFileUnusable, Scope.Scope> =>
  Effect.gen(function*() {
    let broken = 0
    const reading = Effect.gen(function*() {
      const file = yield* read(path)
      yield* Effect.logInfo("GEO_DB was read.").pipe(
        Effect.annotateLogs({ type: visible(file.type), builtAt: formatInstant(instant(file.builtAt.getTime())) })
      )
      return makeRecent(recentMax, (address) => {
        try {
          return file.placeOf(address)
        } catch {
          broken++ // told by the next look
          return unknownPlace
        }
      })
    })
    /** Of the state of the file that was looked at last, whether it could be used or not. */
    let lookedAt = yield* stampOf(path)
    let placeOf = yield* reading

    const tellBroken = Effect.suspend(() => {
      const count = broken
      broken = 0
      return count === 0
        ? Effect.void
        : Effect.logError(`GEO_DB is broken: ${count} addresses could not be looked up in it, and count as not known.`)
    })
    const look = Effect.gen(function*() {
      const stamp = yield* stampOf(path)
      if (stamp === lookedAt) return
      lookedAt = stamp
      placeOf = yield* reading
    }).pipe(
      Effect.catch(({ message }) => Effect.logError(`Addresses are looked up as before. ${message}`)),
      Effect.andThen(tellBroken)
    )
    yield* onHangUp(look)
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(lookPause)))

    return (address) => placeOf(address)
  })
