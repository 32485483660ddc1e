/**
 * Who checks identities: any service, or a program beside one, that tells of players in the form of docs/identity.md.
 *
 * It is known by the signature of each request, `X-KYC-Signature` (`core/hash/WebhookSignature`), under a secret that both know; by any of
 * several while one replaces the other.
 */
import type { IdentityMessage } from "@ddd/core/accounts/IdentityCheck"
import { type IsSigned, signatureObjection } from "@ddd/core/hash/WebhookSignature"
import { isForeignId, namedEvent } from "@ddd/core/money/WebhookEvent"
import { type IdentityNotice, IdentitySource } from "@ddd/core/ports/IdentitySource"
import { Now } from "@ddd/core/ports/Now"
import type { WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import { isUuid, userId } from "@ddd/core/values/Ids"
import { type Day, type Instant, parseDay, parseInstant } from "@ddd/core/values/Instant"
import { type KycStatus, kycStatuses } from "@ddd/core/values/KycStatus"
import { parseBytes, parseText } from "@ddd/core/values/StrictJson"
import { Effect, Layer, Redacted, Result } from "effect"
import { createHmac, hash, timingSafeEqual } from "node:crypto"

/** By a secret: whether a signature is made with it. */
const signedWith = (secret: Redacted.Redacted): IsSigned => (message, signature) =>
  timingSafeEqual(createHmac("sha256", Redacted.value(secret)).update(message).digest(), signature)

/** `secrets`: what it signs with (KYC_WEBHOOK_SECRET); without any nothing is believed. */
export const layer = (secrets: ReadonlyArray<Redacted.Redacted>): Layer.Layer<IdentitySource, never, Now> =>
  Layer.effect(
    IdentitySource,
    Effect.map(Now, ({ now }) =>
      IdentitySource.of({
        authenticate: ({ body, headers }) =>
          secrets.length === 0
            ? Effect.succeed({ _tag: "NotConfigured" })
            : Effect.map(now, (at): WebhookVerdict => {
              const why = signatureObjection(headers["x-kyc-signature"], body, secrets.map(signedWith), at)
              return why === undefined ? { _tag: "Genuine", ...named(body) } : { _tag: "Forged", why }
            }),
        read
      }))
  )

/** The members of a JSON object that has one meaning only; `undefined` of anything else. */
const membersOf = (parsed: ReturnType<typeof parseText>): Readonly<Record<string, unknown>> | undefined => {
  const value = Result.getOrUndefined(parsed)
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** How its sender names the message of a body, and what it tells; where it does not, what the same body is always named. */
const named = (body: Uint8Array): { readonly eventId: string; readonly type: string } => {
  const { id, status } = membersOf(parseBytes(body)) ?? {}
  return namedEvent(id, status) ?? { eventId: hash("sha256", body, "hex"), type: "unreadable" }
}

const statusOf = (value: unknown): KycStatus | undefined => kycStatuses.find((status) => status === value)

const timeForm = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/

/** An instant as RFC 3339 in UTC, to whatever fraction of a second: milliseconds are kept of it. None is of before 1970. */
const instantOf = (value: unknown): Instant | undefined => {
  const [, seconds, fraction = ""] = typeof value === "string" ? timeForm.exec(value) ?? [] : []
  const at = seconds === undefined ? undefined : parseInstant(`${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`)
  return at === undefined || at < 0 ? undefined : at
}

/** Null where it is absent, or null; `undefined` where it is no such value. */
const orNull = <A>(value: unknown, read: (text: string) => A | undefined): A | null | undefined =>
  value === undefined || value === null ? null : typeof value === "string" ? read(value) : undefined

const dayOrNull = (value: unknown): Day | null | undefined => orNull(value, parseDay)

const referenceOrNull = (value: unknown): string | null | undefined =>
  orNull(value, (text) => isForeignId(text) ? text : undefined)

const unusable = (why: string): IdentityNotice => ({ _tag: "Unusable", why })

/** What a decoder writes for bytes that are no UTF-8. */
const isBroken = (body: string): boolean => body.includes("\ufffd")

/** Reads a body; other members than these are left alone. Why it cannot be read quotes nothing of it. */
const read = (body: string): IdentityNotice => {
  if (body === "") return unusable("it has no body: it came without one, or that was removed")
  const members = isBroken(body) ? undefined : membersOf(parseText(body))
  if (members === undefined) return unusable("it is no JSON object in UTF-8 with each member once")
  if (namedEvent(members["id"], "message") === undefined) {
    return unusable("its id has not 1 to 255 printable characters")
  }
  const player = typeof members["userId"] === "string" ? members["userId"].toLowerCase() : ""
  const status = statusOf(members["status"])
  const occurredAt = instantOf(members["occurredAt"])
  const bornOn = dayOrNull(members["dateOfBirth"])
  const reference = referenceOrNull(members["reference"])
  if (!isUuid(player)) return unusable("its userId is no player's id")
  if (status === undefined) return unusable(`its status is none of ${kycStatuses.join(", ")}`)
  if (occurredAt === undefined) return unusable("its occurredAt is no time such as 2026-02-03T10:30:00.000Z")
  if (bornOn === undefined) return unusable("its dateOfBirth is no day such as 1990-05-01")
  if (reference === undefined) return unusable("its reference has not 1 to 255 printable characters")
  const message: IdentityMessage = { userId: userId(player), status, occurredAt, bornOn, reference }
  return { _tag: "Message", message }
}
