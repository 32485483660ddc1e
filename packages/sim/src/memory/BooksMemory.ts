/** The auditor over the memory store. */
import { makeSeals } from "@ddd/core/draws/Seals"
import type { Period } from "@ddd/core/money/Statement"
import { accountGroup, type MovementSum } from "@ddd/core/operators/AccountReport"
import { Books } from "@ddd/core/ports/Books"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { parseNote, parseVerifierKey, signedBytes } from "@ddd/core/proof/Note"
import { houseUserId } from "@ddd/core/values/Ids"
import { Effect, Layer } from "effect"
import { createPublicKey, verify } from "node:crypto"
import { auditRows } from "../audit/Audit.ts"
import type { AuditKeys } from "../audit/IndexedRows.ts"
import type { TransactionRow } from "../audit/Rows.ts"
import { getOrPut, rowsOf, Store } from "./Store.ts"

export const layer: Layer.Layer<Books, never, Store | Sealing | RecordSigner> = Layer.effect(
  Books,
  Effect.gen(function*() {
    const store = yield* Store
    const sealing = yield* Sealing
    const signer = yield* RecordSigner
    const keys: AuditKeys = {
      sha256: sealing.sha256,
      sealerOf: makeSeals(sealing).find,
      isSigned: makeNoteCheck(sealing, signer.vkeys)
    }
    return Books.of({
      audit: Effect.sync(() => auditRows(rowsOf(store), keys, store.now())),
      sums: (period) => Effect.sync(() => sumsOf([...store.transactions.values()].flat(), period))
    })
  })
)

/** Movements added up by holder, account, type, and whether they are of before the period. */
const sumsOf = (rows: ReadonlyArray<TransactionRow>, { from, until }: Period): ReadonlyArray<MovementSum> => {
  const kindOf = ({ counterAccount, createdAt, type, userId }: TransactionRow) => ({
    holder: userId === houseUserId ? "house" as const : "players" as const,
    account: accountGroup(counterAccount),
    type,
    isBefore: createdAt < from
  })
  const groups = Map.groupBy(
    rows.filter(({ createdAt }) => createdAt < until),
    (row) => Object.values(kindOf(row)).join(" ")
  )
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map((first) => ({
      ...kindOf(first),
      amount: group.reduce((sum, { amount }) => sum + amount, 0n),
      count: group.length
    }))
  )
}

/**
 * core's `isSignedBy`, by Node, and once a note: a model that audits at every other step cannot wait for curves in JavaScript.
 */
export const makeNoteCheck = (
  { sha256 }: Pick<Sealing["Service"], "sha256">,
  vkeys: ReadonlyArray<string>
): (note: string) => boolean => {
  const keys = vkeys.map((vkey) => {
    const parsed = parseVerifierKey(sha256, vkey)
    if (parsed === undefined) throw new TypeError(`${vkey} is not a verifier key`)
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(parsed.publicKey).toString("base64url") }
    return { ...parsed, publicKey: createPublicKey({ key: jwk, format: "jwk" }) }
  })
  const check = (note: string): boolean => {
    const { signatures = [], text = "" } = parseNote(note) ?? {}
    const known = signatures.flatMap(({ id, name, signature }) =>
      keys.filter((key) => key.id === id && key.name === name)
        .map((key) => verify(null, signedBytes(text), key.publicKey, signature))
    )
    return known.length > 0 && known.every((good) => good)
  }
  const checked = new Map<string, boolean>()
  return (note) => getOrPut(checked, note, () => check(note))
}
