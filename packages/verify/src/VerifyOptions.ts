/** What the reader of a proof bundle knows from elsewhere: from the options on the command line to what the verifier takes. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { cents } from "@ddd/core/money/Money"
import { parseVerifierKey, type VerifierKey } from "@ddd/core/proof/Note"
import type { Terms } from "@ddd/core/proof/Outcome"
import type { VerifyOptions } from "@ddd/core/proof/Verifier"
import { isTicketId, isUuid } from "@ddd/core/values/Ids"
import { parseInstant } from "@ddd/core/values/Instant"
import { readFileSync } from "node:fs"
import { WrongUsage } from "./WrongUsage.ts"

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
  readonly all?: string
  readonly json?: true
}

/** Reads an option where it is given; `form` says how it must read. */
const option = <A>(text: string | undefined, read: (text: string) => A | undefined, form: string): A | undefined => {
  if (text === undefined) return undefined
  const value = read(text)
  if (value === undefined) throw new WrongUsage(form)
  return value
}

const hex32 = (text: string): string | undefined => /^[0-9a-f]{64}$/.test(text) ? text : undefined

const termsOf = (text: string): Terms | undefined => {
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

/** The keys in texts of one or several, as /log/vkey tells them; undefined where one is none. */
export const keysIn = (texts: ReadonlyArray<string>): ReadonlyArray<VerifierKey> | undefined => {
  const keys = texts.flatMap((text) => text.split(/\s+/)).filter((text) => text !== "")
    .map((text) => parseVerifierKey(fastSha256, text))
  return keys.every((key) => key !== undefined) ? keys : undefined
}

/** The pinned keys. Throws `WrongUsage`. */
export const pinnedKeys = (texts: ReadonlyArray<string> | undefined): ReadonlyArray<VerifierKey> => {
  const keys = keysIn(texts ?? [])
  if (keys === undefined) throw new WrongUsage("--vkey reads name+hash+key, as /log/vkey tells it.")
  return keys
}

/** The pinned chain. Throws `WrongUsage`. */
export const pinnedChain = (text: string | undefined): string | undefined =>
  option(text, hex32, "--chain is a hash of 64 lower-case hex digits.")

/** The options as the verifier takes them. Throws `WrongUsage`. */
export const verifyOptionsOf = (flags: VerifyFlags): VerifyOptions => {
  const { salt, seen, seenAt, user } = flags
  if ((salt === undefined) !== (user === undefined) || (salt !== undefined && flags.ticket === undefined)) {
    throw new WrongUsage("--salt and --user go together, with --ticket: they show whose the ticket is.")
  }
  if ((seen === undefined) !== (seenAt === undefined)) {
    throw new WrongUsage("--seen and --seen-at go together: the lock record that you kept, and when you fetched it.")
  }
  const keys = pinnedKeys(flags.vkey)
  const chainHash = pinnedChain(flags.chain)
  const terms = option(flags.terms, termsOf, "--terms is price/pot in cents, such as 100/95.")
  const ticketId = option(
    flags.ticket?.toUpperCase(),
    (text) => isTicketId(text) ? text : undefined,
    "--ticket reads DDL-20260203-7K3QX."
  )
  const ownerSalt = option(salt, hex32, "--salt is the ticket's ownerSalt, 64 lower-case hex digits.")
  const userId = option(user, (text) => isUuid(text) ? text : undefined, "--user is a UUID in lower case.")
  const lock = option(seen, content, `--seen names ${seen}, which cannot be read.`)
  const at = option(seenAt, parseInstant, "--seen-at reads 2026-02-04T00:00:10.000Z.")
  const owner = ownerSalt === undefined || userId === undefined ? {} : { owner: { salt: ownerSalt, userId } }
  return {
    keys,
    ...(chainHash === undefined ? {} : { chainHash }),
    ...(terms === undefined ? {} : { terms }),
    ...(ticketId === undefined ? {} : { ticket: { ticketId, ...owner } }),
    ...(lock === undefined || at === undefined ? {} : { seen: { lock, at } })
  }
}
