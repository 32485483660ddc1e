/** From the fields of the page, in which readers say what they know from elsewhere, to the options of the verifier. */
import { type KnownFromElsewhere, readInput } from "@ddd/core/proof/ReaderInput"
import type { VerifyInput } from "./Messages.ts"
import { verifierHash } from "./VerifierHash.ts"

/** A field that cannot be read, or lacks the one that goes with it. */
export interface InvalidInput {
  readonly field: keyof VerifyInput
  readonly message: string
}

/** How each field reads, or that it is wanted. */
const messages: { readonly [F in keyof VerifyInput]: string } = {
  keys: "A key reads name+8 hex digits+base64, as /log/vkey tells it. One of these does not.",
  chainHash: "A chain’s hash has 64 hex digits.",
  seenLock: "Give the lock record that you fetched then.",
  seenAt: "Say when you fetched the lock record.",
  ticketId: "A ticket’s id reads DDL-20260203-7K3QX.",
  ownerSalt: "The owner’s salt has 64 hex digits. It goes together with the user id.",
  userId: "A user id reads 0190e1a2-0000-7000-8000-00000000000a. It goes together with the salt."
}

/** The options for the verifier, or the first field that cannot be read. */
export const verifyOptionsOf = (input: VerifyInput): KnownFromElsewhere | InvalidInput => {
  const known = readInput(verifierHash, input)
  if (known.ok) return known.value
  const { field, isMissing } = known.fault
  return { field, message: field === "ticketId" && isMissing ? "Say which ticket it is." : messages[field] }
}
