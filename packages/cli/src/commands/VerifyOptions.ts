/** What the reader of a proof bundle knows from elsewhere: from the options on the command line to what the verifier takes. */
import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import { isTicketId, isUuid } from "@ddd/core/Ids"
import { parseInstant } from "@ddd/core/Instant"
import { cents } from "@ddd/core/Money"
import { parseVerifierKey } from "@ddd/core/Note"
import type { Terms } from "@ddd/core/Outcome"
import type { VerifyOptions } from "@ddd/core/Verifier"
import { Data, Effect } from "effect"
import { readFileSync } from "node:fs"

/** The options as they are written. */
export interface VerifyFlags {
  readonly vkey?: ReadonlyArray<string>
  readonly chain?: string
  readonly terms?: string
  readonly ticket?: string
  readonly salt?: string
  readonly user?: string
  readonly seen?: string
  readonly seenAt?: string
  readonly json?: true
}

/** An option cannot be read, or does not go with the others. */
export class WrongUsage extends Data.TaggedError("WrongUsage")<{ readonly message: string }> {}

const wrong = (message: string) => Effect.fail(new WrongUsage({ message }))

/** Reads an option where it is given; `form` says how it must read. */
const option = <A>(text: string | undefined, read: (text: string) => A | undefined, form: string) => {
  if (text === undefined) return Effect.undefined
  const value = read(text)
  return value === undefined ? wrong(form) : Effect.succeed(value)
}

const hex32 = (text: string): string | undefined => /^[0-9a-f]{64}$/.test(text) ? text : undefined

const terms = (text: string): Terms | undefined => {
  const [, price, pot] = /^([1-9]\d{0,8})\/(\d{1,9})$/.exec(text) ?? []
  return price === undefined || pot === undefined || BigInt(pot) > BigInt(price)
    ? undefined
    : { price: cents(BigInt(price)), pot: cents(BigInt(pot)) }
}

const content = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** The options as the verifier takes them. */
export const verifyOptionsOf = Effect.fnUntraced(function*(flags: VerifyFlags) {
  const { salt, seen, seenAt, user } = flags
  if ((salt === undefined) !== (user === undefined) || (salt !== undefined && flags.ticket === undefined)) {
    return yield* wrong("--salt and --user go together, with --ticket: they show whose the ticket is.")
  }
  if ((seen === undefined) !== (seenAt === undefined)) {
    return yield* wrong("--seen and --seen-at go together: the lock record that you kept, and when you fetched it.")
  }
  // an operator with several keys tells them one a line
  const texts = flags.vkey?.flatMap((each) => each.split(/\s+/)).filter((each) => each !== "") ?? []
  const keys = yield* Effect.forEach(
    texts,
    (text) =>
      option(text, (each) => parseVerifierKey(nodeSha256, each), "--vkey reads name+hash+key, as /log/vkey tells it.")
  )
  const chainHash = yield* option(flags.chain, hex32, "--chain is a hash of 64 lower-case hex digits.")
  const paid = yield* option(flags.terms, terms, "--terms is price/pot in cents, such as 100/95.")
  const ticketId = yield* option(
    flags.ticket?.toUpperCase(),
    (text) => isTicketId(text) ? text : undefined,
    "--ticket reads DDL-20260203-7K3QX."
  )
  const ownerSalt = yield* option(salt, hex32, "--salt is the ticket's ownerSalt, 64 lower-case hex digits.")
  const userId = yield* option(user, (text) => isUuid(text) ? text : undefined, "--user is a UUID in lower case.")
  const lock = yield* option(seen, content, `--seen names ${seen}, which cannot be read.`)
  const at = yield* option(seenAt, parseInstant, "--seen-at reads 2026-02-04T00:00:10.000Z.")
  const owner = ownerSalt === undefined || userId === undefined ? {} : { owner: { salt: ownerSalt, userId } }
  const options: VerifyOptions = {
    keys: keys.filter((key) => key !== undefined),
    ...(chainHash === undefined ? {} : { chainHash }),
    ...(paid === undefined ? {} : { terms: paid }),
    ...(ticketId === undefined ? {} : { ticket: { ticketId, ...owner } }),
    ...(lock === undefined || at === undefined ? {} : { seen: { lock, at } })
  }
  return options
})
