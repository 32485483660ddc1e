/**
 * How a webhook's sender signs a body: `t=<unix seconds>,v1=<hex>`, HMAC-SHA-256 of `<t>.<body>` under a secret that both know, with a `v1`
 * for each secret while one replaces the other. A signature holds for five minutes, so that what was recorded is not sent again later.
 */
import { concat, fromHex, utf8Bytes } from "../values/Bytes.ts"
import type { Instant } from "../values/Instant.ts"

/** Whether `signature` is the HMAC-SHA-256 of `message` under a secret, compared in constant time. */
export type IsSigned = (message: Uint8Array, signature: Uint8Array) => boolean

/** A signature may be this old, or as much ahead of our clock, in milliseconds. */
const toleranceMillis = 300_000

const form = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,8})$/

/** Why a signature is not the sender's, of this body, of now: a clause; `undefined` where it is. `isSigned`: by each secret of ours. */
export const signatureObjection = (
  header: string | undefined,
  body: Uint8Array,
  isSigned: ReadonlyArray<IsSigned>,
  now: Instant
): string | undefined => {
  const [, seconds, signatures] = form.exec(header ?? "") ?? []
  if (seconds === undefined || signatures === undefined) return "it has no signature of the form t=…,v1=…"
  if (Math.abs(now - Number(seconds) * 1_000) > toleranceMillis) {
    return "its signature is of another time: more than five minutes from now"
  }
  const message = concat(utf8Bytes(`${seconds}.`), body)
  const given = signatures.split(",v1=").slice(1).flatMap((hex) => fromHex(hex, 32) ?? [])
  return given.some((signature) => isSigned.some((check) => check(message, signature)))
    ? undefined
    : "its signature is not made with our secret"
}
