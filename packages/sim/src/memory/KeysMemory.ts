/**
 * Keys for worlds that are made up: fixed, so that the same seed gives the same world, and therefore secret to nobody.
 *
 * Never for anything that holds money.
 */
import type { SealingSecret } from "@ddd/core/draws/Seal"
import type { Sha256 } from "@ddd/core/hash/Hash"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { type Seed, SeedUnreadable, SeedVault } from "@ddd/core/ports/SeedVault"
import { formatNote, formatVerifierKey, keyId, signedBytes } from "@ddd/core/proof/Note"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { Effect, Layer, Redacted } from "effect"
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hash,
  randomBytes,
  sign
} from "node:crypto"

const sha256: Sha256 = (message) => new Uint8Array(hash("sha256", message, "buffer"))

/** The name of the made-up log. */
export const logOrigin = "draws.sim.invalid"

const privateKey = createPrivateKey({
  // RFC 8410: the prefix of an Ed25519 private key, then its seed
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), sha256(utf8Bytes("sim log key"))]),
  format: "der",
  type: "pkcs8"
})
const publicKey = new Uint8Array(
  Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x ?? "", "base64url")
)

export const recordSigner: Layer.Layer<RecordSigner> = Layer.sync(RecordSigner, () => {
  const id = keyId(sha256, logOrigin, publicKey)
  return RecordSigner.of({
    sign: (text) =>
      Effect.sync(() =>
        formatNote(text, [{
          name: logOrigin,
          id,
          signature: new Uint8Array(sign(null, signedBytes(text), privateKey))
        }])
      ),
    vkeys: [formatVerifierKey(sha256, logOrigin, publicKey)]
  })
})

const sealingSecret: SealingSecret = {
  keyId: "sim",
  secret: Redacted.make<Uint8Array>(utf8Bytes("sim sealing secret"))
}

export const sealing: Layer.Layer<Sealing> = Layer.succeed(Sealing)(
  Sealing.of({
    current: sealingSecret,
    byId: (keyId) => keyId === sealingSecret.keyId ? sealingSecret : undefined,
    sha256
  })
)

const seedKey = sha256(utf8Bytes("sim seed key"))
const seedKeyId = "sim"
const seedBytes = 32

/** Seeds follow from `seed` alone: two vaults with one seed generate the same ones, in the same order. */
export const seedVault = (seed: number): Layer.Layer<SeedVault> =>
  Layer.sync(SeedVault, () => {
    let generated = 0
    let sealed = 0
    return SeedVault.of({
      generate: Effect.sync((): Seed => Redacted.make(sha256(utf8Bytes(`sim seed ${seed} ${++generated}`)))),
      seal: (drawId, drawSeed) =>
        Effect.sync(() => {
          const bytes = Redacted.value(drawSeed)
          if (bytes.length !== seedBytes) throw new RangeError(`A seed has ${seedBytes} bytes, not ${bytes.length}`)
          const nonce = sha256(utf8Bytes(`sim nonce ${seed} ${++sealed}`)).slice(0, 12)
          const cipher = createCipheriv("aes-256-gcm", seedKey, nonce).setAAD(utf8Bytes(drawId))
          const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
          return { keyId: seedKeyId, nonce, ciphertext: new Uint8Array(ciphertext) }
        }),
      open: (drawId, stored) =>
        Effect.suspend(() => {
          if (stored.keyId !== seedKeyId) {
            return Effect.fail(new SeedUnreadable({ drawId, keyId: stored.keyId, reason: "unknown key" }))
          }
          return Effect.try({
            try: () => {
              const decipher = createDecipheriv("aes-256-gcm", seedKey, stored.nonce)
                .setAAD(utf8Bytes(drawId))
                .setAuthTag(stored.ciphertext.subarray(seedBytes))
              const bytes = [decipher.update(stored.ciphertext.subarray(0, seedBytes)), decipher.final()]
              return Redacted.make<Uint8Array>(new Uint8Array(Buffer.concat(bytes)))
            },
            catch: () => new SeedUnreadable({ drawId, keyId: stored.keyId, reason: "not authentic" })
          })
        })
    })
  })

/** Whoever knows a row's id knows its token. */
export const mailedTokens: Layer.Layer<MailedTokens> = Layer.succeed(MailedTokens)(MailedTokens.of({
  tokenOf: (id) => Redacted.make(Buffer.from(sha256(utf8Bytes(`sim mailed token ${id}`))).toString("base64url")),
  hashOf: (token) => hash("sha256", Redacted.value(token), "hex")
}))

/** For stores that keep what is sealed: in memory nothing is. */
export const personalSeal: Layer.Layer<PersonalSeal> = Layer.succeed(PersonalSeal)(PersonalSeal.of({
  newKey: Effect.sync(() => new Uint8Array(randomBytes(32))),
  seal: (key, context, text) =>
    Effect.sync(() => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(utf8Bytes(context))
      return new Uint8Array(Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]))
    }),
  open: (key, context, sealed) =>
    Effect.try({
      try: () => {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12))
          .setAAD(utf8Bytes(context))
          .setAuthTag(sealed.subarray(-16))
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString("utf8")
      },
      catch: () => null
    }).pipe(Effect.orElseSucceed(() => null)),
  pseudonym: (value) => hash("sha256", `sim pseudonym ${value}`, "hex")
}))
