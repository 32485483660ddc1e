/** Access tokens as somebody else would make them, and as only who has the server's key can. */
import { createPrivateKey, sign } from "node:crypto"

/** JWT_PRIVATE_KEYS has a key by its name and these 32 bytes. */
export const namedKey = (name: string, seed: Uint8Array): string => `${name}:${Buffer.from(seed).toString("base64url")}`

/** RFC 8410's form of an Ed25519 seed. */
const privateKeyOf = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8"
  })

export type Part = Readonly<Record<string, unknown>>

export const encodedPart = (part: Part): string => Buffer.from(JSON.stringify(part)).toString("base64url")

/** The header (0) or the claims (1) of a token. */
export const partOf = (token: string, index: 0 | 1): Part =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString())

/** A token that the key of this seed signs, with its header and claims as they are given. */
export const signedToken = (header: Part, claims: Part, seed: Uint8Array): string => {
  const signed = `${encodedPart(header)}.${encodedPart(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), privateKeyOf(seed)).toString("base64url")}`
}
