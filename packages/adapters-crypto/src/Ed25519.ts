/** Ed25519 keys (RFC 8032) from their 32-byte seeds, as the environment gives them. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"

export interface Ed25519Key {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public key's 32 bytes. */
  readonly publicBytes: Uint8Array
}

/** RFC 8410: what stands before the seed in a private key's DER form. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex")

/** Reads a seed in base64url, the one spelling without padding; `undefined` for anything but 32 bytes. */
export const ed25519FromSeed = (text: string): Ed25519Key | undefined => {
  const seed = Buffer.from(text, "base64url")
  if (seed.length !== 32 || seed.toString("base64url") !== text) return undefined
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" })
  const publicKey = createPublicKey(privateKey)
  const { x = "" } = publicKey.export({ format: "jwk" })
  return { privateKey, publicKey, publicBytes: new Uint8Array(Buffer.from(x, "base64url")) }
}
