/** The header `Idempotency-Key`, by which a request that moves money may be sent again (docs/api.md, "idempotency"). */
import type { Idempotency } from "@ddd/core/values/Idempotency"
import { Schema, SchemaAST } from "effect"
import { hash } from "node:crypto"

/** The header's name, as requests hold it. */
export const keyHeader = "idempotency-key"

/** The headers of every request that moves money. */
export const idempotencyHeaders = {
  [keyHeader]: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[\x20-\x7e]{1,255}$/u, { message: "must have 1 to 255 printable characters" })
    ).annotate({
      description:
        "Names this request: sent again with the same key and body, it gets the first answer again and changes nothing",
      examples: ["8e03978e-40d5-43e8-bc93-6894a57f9324"]
    })
  )
}

/** Whether an endpoint that takes these headers takes a key. */
export const takesKey = (headers: Schema.Top | undefined): boolean =>
  headers !== undefined && SchemaAST.isObjects(headers.ast) &&
  headers.ast.propertySignatures.some(({ name }) => name === keyHeader)

/** What the key of a POST to `path` stands for: method, path and body, to the byte. Null where the client sent none. */
export const idempotencyOf = (path: string) => {
  const requestLine = Buffer.from(`POST ${path}\n`)
  return (key: string | undefined, body: Uint8Array): Idempotency | null =>
    key === undefined ? null : { key, fingerprint: hash("sha256", Buffer.concat([requestLine, body]), "hex") }
}

/** Says whether an answer is that of an earlier request under the same key. */
export const replayHeaders = (isReplayed: boolean): Readonly<Record<string, string>> =>
  isReplayed ? { "idempotent-replayed": "true" } : {}
