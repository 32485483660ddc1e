/** From the fields of the page, in which readers say what they know from elsewhere, to the options of the verifier. */
import { parseVerifierKey } from "@ddd/core/proof/Note"
import type { VerifyOptions } from "@ddd/core/proof/Verifier"
import { isTicketId, isUuid } from "@ddd/core/values/Ids"
import { parseInstant } from "@ddd/core/values/Instant"
import type { VerifyInput } from "./Messages.ts"
import { verifierHash } from "./VerifierHash.ts"

/** A field that cannot be read, or lacks the one that goes with it. */
export interface InvalidInput {
  readonly field: keyof VerifyInput
  readonly message: string
}

type KnownOptions = Pick<VerifyOptions, "chainHash" | "keys" | "seen" | "ticket">

const hex32 = /^[0-9a-f]{64}$/

const keysOf = (text: string): Pick<KnownOptions, "keys"> | InvalidInput => {
  const keys = text.split(/\s+/).filter((each) => each !== "").map((each) => parseVerifierKey(verifierHash, each))
  const known = keys.filter((key) => key !== undefined)
  return known.length === keys.length
    ? { keys: known }
    : { field: "keys", message: "A key reads name+8 hex digits+base64, as /log/vkey tells it. One of these does not." }
}

const seenOf = ({ seenAt, seenLock }: VerifyInput): Pick<KnownOptions, "seen"> | InvalidInput => {
  if (seenLock === "" && seenAt === "") return {}
  if (seenLock === "") return { field: "seenLock", message: "Give the lock record that you fetched then." }
  const at = parseInstant(seenAt)
  return at === undefined
    ? { field: "seenAt", message: "Say when you fetched the lock record." }
    // what is pasted may have lost its last newline
    : { seen: { lock: seenLock.endsWith("\n") ? seenLock : `${seenLock}\n`, at } }
}

const ticketOf = (input: VerifyInput): Pick<KnownOptions, "ticket"> | InvalidInput => {
  const [ticketId, salt, userId] = [
    input.ticketId.toUpperCase(),
    input.ownerSalt.toLowerCase(),
    input.userId.toLowerCase()
  ]
  if (ticketId === "") {
    return salt === "" && userId === "" ? {} : { field: "ticketId", message: "Say which ticket it is." }
  }
  if (!isTicketId(ticketId)) return { field: "ticketId", message: "A ticket’s id reads DDL-20260203-7K3QX." }
  if (salt === "" && userId === "") return { ticket: { ticketId } }
  if (!hex32.test(salt)) {
    return { field: "ownerSalt", message: "The owner’s salt has 64 hex digits. It goes together with the user id." }
  }
  if (!isUuid(userId)) {
    return {
      field: "userId",
      message: "A user id reads 0190e1a2-0000-7000-8000-00000000000a. It goes together with the salt."
    }
  }
  return { ticket: { ticketId, owner: { salt, userId } } }
}

const isInvalid = (read: object): read is InvalidInput => "field" in read

/** The options for the verifier, or the first field that cannot be read. Space around a value does not count. */
export const verifyOptionsOf = (input: VerifyInput): KnownOptions | InvalidInput => {
  const trimmed: VerifyInput = {
    keys: input.keys,
    chainHash: input.chainHash.trim().toLowerCase(),
    // a signed note begins and ends as it does
    seenLock: input.seenLock,
    seenAt: input.seenAt.trim(),
    ticketId: input.ticketId.trim(),
    ownerSalt: input.ownerSalt.trim(),
    userId: input.userId.trim()
  }
  const keys = keysOf(trimmed.keys)
  if (isInvalid(keys)) return keys
  const { chainHash } = trimmed
  if (chainHash !== "" && !hex32.test(chainHash)) {
    return { field: "chainHash", message: "A chain’s hash has 64 hex digits." }
  }
  const seen = seenOf(trimmed)
  if (isInvalid(seen)) return seen
  const ticket = ticketOf(trimmed)
  if (isInvalid(ticket)) return ticket
  return { ...keys, ...(chainHash === "" ? {} : { chainHash }), ...seen, ...ticket }
}
