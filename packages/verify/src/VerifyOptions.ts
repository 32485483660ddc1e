/** What the reader of a proof bundle knows from elsewhere: from the options on the command line to what the verifier takes. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { cents } from "@ddd/core/money/Money"
import type { VerifierKey } from "@ddd/core/proof/Note"
import type { Terms } from "@ddd/core/proof/Outcome"
import { type InputFault, readChainHash, type ReaderInput, readInput, readKeys } from "@ddd/core/proof/ReaderInput"
import type { VerifyOptions } from "@ddd/core/proof/Verifier"
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

/** How each option reads. */
const forms: { readonly [F in keyof ReaderInput]: string } = {
  keys: "--vkey reads name+hash+key, as /log/vkey tells it.",
  chainHash: "--chain is a hash of 64 hex digits.",
  seenLock: "--seen names a file that holds the lock record that you kept.",
  seenAt: "--seen-at reads 2026-02-04T00:00:10.000Z.",
  ticketId: "--ticket reads DDL-20260203-7K3QX.",
  ownerSalt: "--salt is the ticket's ownerSalt, 64 hex digits.",
  userId: "--user is a UUID."
}

const together = {
  ticket: "--salt and --user go together, with --ticket: they show whose the ticket is.",
  seen: "--seen and --seen-at go together: the lock record that you kept, and when you fetched it."
} as const

const faultText = ({ field, isMissing }: InputFault): string =>
  !isMissing ? forms[field] : field === "seenAt" || field === "seenLock" ? together.seen : together.ticket

/** An option's text; empty where it is not given. Throws `WrongUsage` where it is given and empty. */
const written = (text: string | undefined, field: keyof ReaderInput): string => {
  if (text?.trim() === "") throw new WrongUsage(forms[field])
  return text ?? ""
}

/** The pinned keys. Throws `WrongUsage`. */
export const pinnedKeys = (texts: ReadonlyArray<string> | undefined): ReadonlyArray<VerifierKey> => {
  const keys = readKeys(fastSha256, (texts ?? []).join("\n"))
  if (keys === undefined) throw new WrongUsage(forms.keys)
  return keys
}

/** The pinned chain. Throws `WrongUsage`. */
export const pinnedChain = (text: string | undefined): string | undefined => {
  const chainHash = text === undefined ? undefined : readChainHash(text)
  if (text !== undefined && chainHash === undefined) throw new WrongUsage(forms.chainHash)
  return chainHash
}

/** The options as the verifier takes them. Throws `WrongUsage`. */
export const verifyOptionsOf = (flags: VerifyFlags): VerifyOptions => {
  if ((flags.seen === undefined) !== (flags.seenAt === undefined)) throw new WrongUsage(together.seen)
  const lock = flags.seen === undefined ? "" : content(flags.seen)
  if (lock === undefined) throw new WrongUsage(`--seen names ${flags.seen}, which cannot be read.`)
  if (flags.seen !== undefined && lock === "") throw new WrongUsage(`--seen names ${flags.seen}, which is empty.`)
  const terms = flags.terms === undefined ? undefined : termsOf(flags.terms)
  if (flags.terms !== undefined && terms === undefined) {
    throw new WrongUsage("--terms is price/pot in cents, such as 100/95.")
  }
  const known = readInput(fastSha256, {
    keys: (flags.vkey ?? []).join("\n"),
    chainHash: written(flags.chain, "chainHash"),
    seenLock: lock,
    seenAt: written(flags.seenAt, "seenAt"),
    ticketId: written(flags.ticket, "ticketId"),
    ownerSalt: written(flags.salt, "ownerSalt"),
    userId: written(flags.user, "userId")
  })
  if (!known.ok) throw new WrongUsage(faultText(known.fault))
  return { ...known.value, ...(terms === undefined ? {} : { terms }) }
}
