/**
 * The secrets that a database was used with (docs/decisions/0052): kept at the first use of a key id, compared at every start.
 *
 * What was made before there was a table to keep them in is asked first: a stored seal, seed, mailed token or record tells of the secret
 * that it was made with. Each look takes a few rows by an index, however many there are.
 */
import type { SealingSecrets } from "@ddd/core/draws/Seal"
import { makeSeals } from "@ddd/core/draws/Seals"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import { isSignedBy, parseNote, type VerifierKey } from "@ddd/core/proof/Note"
import { drawId, position, ticketId, userId } from "@ddd/core/values/Ids"
import {
  decideSecrets,
  type HeldSecret,
  type SecretCheck,
  type SecretName,
  secretOf
} from "@ddd/core/values/SecretChecks"
import { Data, Effect, type Redacted } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { instantOf } from "./Rows.ts"

/** Secrets of this process are not those of the database. Nothing was changed; the message says which, and what to do. */
export class SecretsRefused extends Data.TaggedError("SecretsRefused")<{ readonly message: string }> {}

/** Whether something stored says that the secret of this key id is another. */
export type Contradiction = (keyId: string) => Effect.Effect<boolean, SqlError.SqlError, SqlClient.SqlClient>

/** By the kind of secret: what stands in the database to be asked, where there is something. */
export type Contradictions = Partial<Readonly<Record<SecretName, Contradiction>>>

/** Serialises the first use of secrets: of two servers that bring different ones, exactly one starts. */
const turn = "ddd secrets"

/** How many of the newest and of the oldest draws are searched for something made with a secret. */
const drawsSearched = 1_000

/**
 * Compares the secrets of this process with those that the database was used with. `keep` writes down those that are new to it, all or
 * none; without it nothing is written.
 */
export const requireSecrets = Effect.fn("SecretChecks.requireSecrets")(function*(
  held: ReadonlyArray<HeldSecret>,
  contradictions: Contradictions,
  { keep }: { readonly keep: boolean }
) {
  const sql = yield* SqlClient.SqlClient
  return yield* Effect.gen(function*() {
    yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${turn}, 0))`
    const known = yield* sql<SecretCheck>`SELECT name, key_id AS "keyId", check_value AS value FROM secret_checks`
    const contradicted = new Set<string>()
    for (const secret of unknownAmong(known, held)) {
      if (yield* contradictions[secret.name]?.(secret.keyId) ?? Effect.succeed(false)) {
        contradicted.add(secretOf(secret))
      }
    }
    const fresh = yield* Effect.fromResult(decideSecrets(known, held, contradicted)).pipe(
      Effect.mapError((problems) => new SecretsRefused({ message: problems.join("\n") }))
    )
    if (!keep || fresh.length === 0) return
    yield* sql`
      INSERT INTO secret_checks (name, key_id, check_value)
      SELECT * FROM unnest(${fresh.map(({ name }) => name)}::text[], ${fresh.map(({ keyId }) => keyId)}::text[],
        ${fresh.map(({ value }) => value)}::text[])`
  }).pipe(sql.withTransaction)
})

/** Kinds of which what was made tells no key id: where one of them is known, the rows may be that one's. */
const withoutStoredId: ReadonlySet<SecretName> = new Set(["LOG_SIGNING_KEYS", "REFRESH_KEY"])

/** The secrets that the database knows nothing of, but for what was made with them. */
const unknownAmong = (known: ReadonlyArray<SecretCheck>, held: ReadonlyArray<HeldSecret>) => {
  const keys = new Set(known.map(secretOf))
  const names = new Set(known.map(({ name }) => name))
  return held.filter((secret) =>
    !keys.has(secretOf(secret)) && !(withoutStoredId.has(secret.name) && names.has(secret.name))
  )
}

/** The newest and the oldest draws; ids ascend with time. */
const searchedDraws = (sql: SqlClient.SqlClient) =>
  sql`(SELECT * FROM (SELECT * FROM draws ORDER BY id DESC LIMIT ${drawsSearched}) newest
    UNION SELECT * FROM (SELECT * FROM draws ORDER BY id LIMIT ${drawsSearched}) oldest)`

/** A ticket that was sealed under this key id is not sealed with this secret. */
export const tickets = (secrets: SealingSecrets): Contradiction => {
  const seals = makeSeals(secrets)
  return Effect.fnUntraced(function*(keyId) {
    const sql = yield* SqlClient.SqlClient
    const sealer = seals.find(keyId)
    const [row] = yield* sql<{
      readonly ticket_id: string
      readonly draw_id: string
      readonly user_id: string
      readonly position: number
      readonly created_at: Date
      readonly ticket_hash: string
      readonly owner_commit: Uint8Array
    }>`
      SELECT t.* FROM ${searchedDraws(sql)} d
        JOIN tickets t ON t.draw_id = d.id AND t.position IN (1, d.total_entries)
      WHERE d.total_entries > 0 AND t.seal_key_id = ${keyId} LIMIT 1`
    if (row === undefined || sealer === undefined) return false
    return !sealer.verify(
      {
        ticketId: ticketId(row.ticket_id),
        drawId: drawId(row.draw_id),
        userId: userId(row.user_id),
        position: position(row.position),
        purchasedAt: instantOf(row.created_at)
      },
      { ticketHash: row.ticket_hash, ownerCommit: row.owner_commit }
    )
  })
}

/** A seed that was encrypted under this key id does not open with this key. */
export const seeds = (vault: SeedVault["Service"]): Contradiction =>
  Effect.fnUntraced(function*(keyId) {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{
      readonly draw_id: string
      readonly nonce: Uint8Array
      readonly ciphertext: Uint8Array
    }>`
      SELECT s.draw_id, s.nonce, s.ciphertext FROM ${searchedDraws(sql)} d JOIN draw_secrets s ON s.draw_id = d.id
      WHERE s.key_id = ${keyId} LIMIT 1`
    if (row === undefined) return false
    const { ciphertext, nonce } = row
    return yield* vault.open(drawId(row.draw_id), { keyId, nonce, ciphertext }).pipe(
      Effect.match({ onFailure: () => true, onSuccess: () => false })
    )
  })

/** The newest mailed token was not made with this key. */
export const mailedTokens = (tokens: MailedTokens["Service"]): Contradiction =>
  Effect.fnUntraced(function*() {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ readonly id: string; readonly token_hash: string }>`
      SELECT id, token_hash FROM mailed_tokens ORDER BY id DESC LIMIT 1`
    if (row === undefined) return false
    const token: Redacted.Redacted = tokens.tokenOf(row.id)
    return tokens.hashOf(token) !== row.token_hash
  })

/** The record of the newest day is signed by none of these keys. */
export const records = (keys: ReadonlyArray<VerifierKey>): Contradiction =>
  Effect.fnUntraced(function*() {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ readonly open_note: string }>`
      SELECT open_note FROM draws WHERE draw_date IS NOT NULL AND open_note IS NOT NULL ORDER BY draw_date DESC LIMIT 1`
    const note = row === undefined ? undefined : parseNote(row.open_note)
    return note !== undefined && !isSignedBy(note, keys)
  })
