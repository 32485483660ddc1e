/**
 * What whoever verifies a draw knows from elsewhere, read from texts as they were written: on the page and on the command line alike.
 *
 * Space around a value does not count, nor does case where it says nothing. An empty text is none.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { isTicketId, isUuid } from "../values/Ids.ts"
import { parseInstant } from "../values/Instant.ts"
import { parseVerifierKey, type VerifierKey } from "./Note.ts"
import type { SeenLock } from "./RecordChecks.ts"
import type { HeldTicket } from "./TicketChecks.ts"

export interface ReaderInput {
  /** Verifier keys, as /log/vkey tells them, with space between. */
  readonly keys: string
  /** The hash of the beacon's chain: 64 hex digits. */
  readonly chainHash: string
  /** The lock record that was kept, signatures and all; goes with `seenAt`. */
  readonly seenLock: string
  /** When it was fetched: RFC 3339 in UTC. */
  readonly seenAt: string
  readonly ticketId: string
  /** The ticket's: 64 hex digits; goes with `userId` and `ticketId`. */
  readonly ownerSalt: string
  readonly userId: string
}

/** The field that cannot be read, or is empty though another is given that goes with it. */
export interface InputFault {
  readonly field: keyof ReaderInput
  readonly isMissing: boolean
}

/** What comes of reading: plain data, since what strangers run brings no library (decision 20). */
export type Read<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly fault: InputFault }

/** What of `VerifyOptions` is read. */
export interface KnownFromElsewhere {
  readonly keys: ReadonlyArray<VerifierKey>
  readonly chainHash?: string
  readonly seen?: SeenLock
  readonly ticket?: HeldTicket
}

type Refused = Extract<Read<unknown>, { readonly ok: false }>

const unreadable = (field: keyof ReaderInput): Refused => ({ ok: false, fault: { field, isMissing: false } })
const missing = (field: keyof ReaderInput): Refused => ({ ok: false, fault: { field, isMissing: true } })
const read = <A>(value: A): Read<A> => ({ ok: true, value })

/** The words of a text. */
export const wordsOf = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

/** The keys of a text, in its order; undefined where one is none. */
export const readKeys = (hash: Sha256, text: string): ReadonlyArray<VerifierKey> | undefined => {
  const keys = wordsOf(text).map((word) => parseVerifierKey(hash, word))
  return keys.every((key) => key !== undefined) ? keys : undefined
}

/** 64 hex digits, in lower case. */
const readHex32 = (text: string): string | undefined => {
  const digits = text.trim().toLowerCase()
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined
}

/** A chain's hash; undefined where the text is none. */
export const readChainHash = readHex32

const readSeen = (input: ReaderInput): Read<SeenLock | undefined> => {
  const [lock, time] = [input.seenLock, input.seenAt.trim()]
  if (lock === "" && time === "") return read(undefined)
  if (lock === "") return missing("seenLock")
  if (time === "") return missing("seenAt")
  const at = parseInstant(time)
  // what is pasted may have lost its last newline
  return at === undefined
    ? unreadable("seenAt")
    : read({ lock: lock.endsWith("\n") ? lock : `${lock}\n`, at })
}

const readTicket = (input: ReaderInput): Read<HeldTicket | undefined> => {
  const ticketId = input.ticketId.trim().toUpperCase()
  const [saltText, userId] = [input.ownerSalt.trim(), input.userId.trim().toLowerCase()]
  if (ticketId === "") {
    return saltText === "" && userId === "" ? read(undefined) : missing("ticketId")
  }
  if (!isTicketId(ticketId)) return unreadable("ticketId")
  if (saltText === "" && userId === "") return read({ ticketId })
  if (saltText === "") return missing("ownerSalt")
  const salt = readHex32(saltText)
  if (salt === undefined) return unreadable("ownerSalt")
  if (userId === "") return missing("userId")
  if (!isUuid(userId)) return unreadable("userId")
  return read({ ticketId, owner: { salt, userId } })
}

/** Reads all of it, or says which field first cannot be. */
export const readInput = (hash: Sha256, input: ReaderInput): Read<KnownFromElsewhere> => {
  const keys = readKeys(hash, input.keys)
  if (keys === undefined) return unreadable("keys")
  const chainHash = input.chainHash.trim() === "" ? undefined : readChainHash(input.chainHash)
  if (chainHash === undefined && input.chainHash.trim() !== "") return unreadable("chainHash")
  const seen = readSeen(input)
  if (!seen.ok) return seen
  const ticket = readTicket(input)
  if (!ticket.ok) return ticket
  return read({
    keys,
    ...(chainHash === undefined ? {} : { chainHash }),
    ...(seen.value === undefined ? {} : { seen: seen.value }),
    ...(ticket.value === undefined ? {} : { ticket: ticket.value })
  })
}
