/** The contract of endpoints for machines: health, readiness, public keys (docs/api.md, "Machines"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"

const JwksBody = Schema.Struct({
  keys: Schema.Array(Schema.Struct({
    kty: Schema.Literal("OKP"),
    crv: Schema.Literal("Ed25519"),
    x: Schema.String,
    kid: Schema.String,
    alg: Schema.Literal("EdDSA"),
    use: Schema.Literal("sig")
  }))
}).annotate({ identifier: "JsonWebKeySet" })

const Health = Schema.Struct({ status: Schema.Literal("ok"), detail: Schema.optionalKey(Schema.String) })

export class OperatorApi extends HttpApiGroup.make("operator").add(
  HttpApiEndpoint.get("healthz", "/healthz", { success: Health })
    .annotate(OpenApi.Summary, "The process is up"),
  HttpApiEndpoint.get("readyz", "/readyz", { success: Health })
    .annotate(OpenApi.Summary, "The process can serve"),
  HttpApiEndpoint.get("jwks", "/.well-known/jwks.json", { success: JwksBody })
    .annotate(OpenApi.Summary, "The public keys that verify access tokens"),
  HttpApiEndpoint.get("vkey", "/log/vkey", { success: Schema.String.pipe(HttpApiSchema.asText()) })
    .annotate(OpenApi.Summary, "The verifier keys of the signed records, oldest first, one a line")
) {}
