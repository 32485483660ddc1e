/** The contract of endpoints for machines: health, readiness, public keys (docs/api.md, "Machines"). */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { described, operation } from "../schemas/Described.ts"

const JwkBody = described({
  kty: [Schema.Literal("OKP"), "The kind of key (RFC 8037)", "OKP"],
  crv: [Schema.Literal("Ed25519"), "Its curve", "Ed25519"],
  x: [Schema.String, "The public key, base64url", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
  kid: [Schema.String, "Its name, which stands in the head of each token", "1"],
  alg: [Schema.Literal("EdDSA"), "What it signs with", "EdDSA"],
  use: [Schema.Literal("sig"), "What it is for", "sig"]
})

const JwksBody = described({ keys: [Schema.Array(JwkBody), "Every key that a good token may be signed by"] })
  .annotate({ identifier: "JsonWebKeySet", description: "The keys of access tokens" })

const Health = described({
  status: [Schema.Literal("ok"), "All is well", "ok"],
  detail: [Schema.optionalKey(Schema.String), "More about it, for people", "ready"]
})

const VkeysText = Schema.String.annotate({
  description: "One key a line",
  examples: ["lottery.example.com/log+2a03c5d8+AawnxUJ1g6TkmGnM1i4KmS8xbLm3hBrzbzR8dG2WPJxk\n"]
})

export class OperatorApi extends HttpApiGroup.make("operator").add(
  HttpApiEndpoint.get("healthz", "/healthz", { success: Health })
    .annotateMerge(operation(
      null,
      "The process is up",
      "Asks nothing else: a process that answers is not restarted."
    )),
  HttpApiEndpoint.get("readyz", "/readyz", { success: Health })
    .annotateMerge(operation(
      null,
      "The process can serve",
      "The database answers and its tables are of this version; otherwise, and while the server stops, `unavailable`."
    )),
  HttpApiEndpoint.get("jwks", "/.well-known/jwks.json", { success: JwksBody })
    .annotateMerge(operation(
      "read",
      "The public keys that verify access tokens",
      "A JSON Web Key Set (RFC 7517). Keys are published before they are used."
    )),
  HttpApiEndpoint.get("vkey", "/log/vkey", { success: VkeysText.pipe(HttpApiSchema.asText()) })
    .annotateMerge(operation(
      "read",
      "The verifier keys of the signed records, oldest first, one a line",
      "In the form of c2sp.org/signed-note: name, key id and key."
    ))
) {}
