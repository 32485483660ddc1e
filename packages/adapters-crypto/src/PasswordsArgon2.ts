/**
 * Passwords hashed with argon2id by Node, stored as PHC strings.
 *
 * **Details**
 *
 * The parameters are OWASP's: 19 MiB, two passes, one lane. A hash takes tens of milliseconds of one core and 19 MiB, on
 * a thread of libuv's pool: as many run at a time as there are cores, a bounded number waits, the rest is refused.
 *
 * **Gotchas**
 *
 * That pool has four threads unless UV_THREADPOOL_SIZE says otherwise at the start of the process, and file access and
 * name look-ups share it: with four cores or more, set it to a few more than the cores.
 */
import { isPasswordTooLong, normalisePassword, passwordCharactersMax } from "@ddd/core/accounts/Password"
import { HashingBusy, Passwords } from "@ddd/core/ports/Passwords"
import { count, counter, gauge, histogram, observe, waitBoundaries } from "@ddd/core/values/Measure"
import { Effect, Layer, Redacted, Semaphore } from "effect"
import { argon2, randomBytes, timingSafeEqual } from "node:crypto"
import { availableParallelism } from "node:os"

/** Source: OWASP Password Storage Cheat Sheet, argon2id. */
const current: Parameters = { memoryKib: 19_456, passes: 2, lanes: 1, saltBytes: 16, tagBytes: 32 }

export interface Limits {
  /** Hashes computed at the same time; by default the number of cores. */
  readonly atOnceMax?: number
  /** Hashes that wait for their turn, each for up to `waitingMax / atOnceMax` hashes; by default 32 a core, about a second. */
  readonly waitingMax?: number
}

const refusedHashes = counter("ddd_passwords_refused_total", "Passwords that were not hashed, since too many waited.")
const hashSeconds = histogram(
  "ddd_passwords_hash_seconds",
  "Waiting for a turn and hashing a password.",
  waitBoundaries
)

export const layer = (limits: Limits = {}): Layer.Layer<Passwords> =>
  Layer.effect(
    Passwords,
    Effect.gen(function*() {
      const atOnceMax = limits.atOnceMax ?? availableParallelism()
      const { inTurn, pending } = makeTurns(atOnceMax, limits.waitingMax ?? 32 * atOnceMax)
      yield* gauge(
        "ddd_passwords_waiting",
        "Passwords that are being hashed, or wait for it.",
        pending
      )
      const deriveInTurn = (password: Redacted.Redacted, salt: Uint8Array, parameters: Parameters) =>
        inTurn(derive(password, salt, parameters))

      const verifyAbsent = (password: Redacted.Redacted) =>
        Effect.as(deriveInTurn(password, Buffer.alloc(current.saltBytes), current), false as const)

      return Passwords.of({
        hash: (password, judge = Effect.void) =>
          Effect.suspend(() => {
            const salt = randomBytes(current.saltBytes)
            return Effect.map(
              inTurn(Effect.andThen(judge, derive(password, salt, current))),
              (tag) => formatPhc({ parameters: current, salt, tag })
            )
          }),
        verify: (password, stored) => {
          const phc = parsePhc(stored)
          return phc === undefined
            ? verifyAbsent(password)
            : Effect.map(deriveInTurn(password, phc.salt, phc.parameters), (tag) => timingSafeEqual(tag, phc.tag))
        },
        verifyAbsent,
        needsRehash: (stored) => {
          const made = parsePhc(stored)?.parameters
          return made === undefined || formatParameters(made) !== formatParameters(current) ||
            made.saltBytes !== current.saltBytes || made.tagBytes !== current.tagBytes
        }
      })
    })
  )

/** Does an effect when its turn comes: at most `atOnceMax` at a time and `waitingMax` waiting. */
const makeTurns = (atOnceMax: number, waitingMax: number) => {
  const turns = Semaphore.makeUnsafe(atOnceMax)
  const pendingMax = atOnceMax + waitingMax
  let pending = 0
  const enter = Effect.suspend(() => {
    if (pending >= pendingMax) {
      count(refusedHashes)
      return Effect.fail(new HashingBusy({ pendingMax }))
    }
    pending++
    return Effect.succeed(performance.now())
  })
  const leave = (entered: number) =>
    Effect.sync(() => {
      pending--
      observe(hashSeconds, (performance.now() - entered) / 1_000)
    })
  const inTurn = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | HashingBusy> =>
    Effect.acquireUseRelease(enter, () => turns.withPermit(effect), leave)
  return { inTurn, pending: () => pending }
}

/** A native job cannot be called back: once begun it keeps its turn to the end, whoever still wants the answer. */
const derive = (password: Redacted.Redacted, salt: Uint8Array, parameters: Parameters): Effect.Effect<Uint8Array> =>
  Effect.uninterruptible(Effect.callback((resume) => {
    const text = Redacted.value(password)
    if (isPasswordTooLong(text)) {
      throw new RangeError(`A password above ${passwordCharactersMax} characters came to be hashed`)
    }
    argon2("argon2id", {
      message: Buffer.from(normalisePassword(text)),
      nonce: salt,
      memory: parameters.memoryKib,
      passes: parameters.passes,
      parallelism: parameters.lanes,
      tagLength: parameters.tagBytes
    }, (error, tag) => resume(error === null ? Effect.succeed(tag) : Effect.die(error)))
  }))

interface Parameters {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  readonly saltBytes: number
  readonly tagBytes: number
}

interface Phc {
  readonly parameters: Parameters
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

const phcForm =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,5}),t=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

/** Reads a PHC string in the form that `formatPhc` writes: parameters below 1 GiB and 100 passes, salt and tag up to 64 bytes. */
const parsePhc = (text: string): Phc | undefined => {
  const [, memory, passes, lanes, salt, tag] = phcForm.exec(text) ?? []
  if (salt === undefined || tag === undefined) return undefined
  const saltBytes = Buffer.from(salt, "base64")
  const tagBytes = Buffer.from(tag, "base64")
  const phc: Phc = {
    parameters: {
      memoryKib: Number(memory),
      passes: Number(passes),
      lanes: Number(lanes),
      saltBytes: saltBytes.length,
      tagBytes: tagBytes.length
    },
    salt: saltBytes,
    tag: tagBytes
  }
  // base64 has other spellings of the same bytes, argon2 wants 8 KiB a lane
  return formatPhc(phc) === text && phc.parameters.memoryKib >= 8 * phc.parameters.lanes ? phc : undefined
}

const formatParameters = ({ memoryKib, passes, lanes }: Parameters): string => `m=${memoryKib},t=${passes},p=${lanes}`

const formatPhc = ({ parameters, salt, tag }: Phc): string =>
  `$argon2id$v=19$${formatParameters(parameters)}$${unpadded(salt)}$${unpadded(tag)}`

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "")
