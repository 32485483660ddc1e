/**
 * The tokens in mailed links: HMAC-SHA-256 of the row's id under a key made from REFRESH_KEY.
 *
 * Where REFRESH_KEY is replaced, links that were not used yet stop working: they are asked for again.
 */
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Effect, Layer, Redacted } from "effect"
import { createHmac, hash } from "node:crypto"
import type { KeysUnusable } from "./KeysUnusable.ts"
import { keyFor, readRefreshKey } from "./RefreshKey.ts"

/** `secret` is REFRESH_KEY. */
export const layer = (secret: Redacted.Redacted): Layer.Layer<MailedTokens, KeysUnusable> =>
  Layer.effect(
    MailedTokens,
    Effect.map(Effect.fromResult(readRefreshKey(secret)), (checked) => {
      const key = keyFor(checked, "ddd/mailed-token/v1")
      return MailedTokens.of({
        tokenOf: (id) => Redacted.make(createHmac("sha256", key).update(id).digest("base64url")),
        hashOf: (token) => hash("sha256", Redacted.value(token), "hex")
      })
    })
  )
