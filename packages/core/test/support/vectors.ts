/** Where test vectors lie: those of this package, and those beside the repository that may be absent. */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const draws = new URL("../vectors/draws/", import.meta.url)
const shared = process.env["SHARED_DIR"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url))

/** Whether the vectors written by others are there; tests that need them are skipped, by name, where not. */
export const hasSharedVectors = existsSync(`${shared}/vectors`)
export const needsSharedVectors = { meta: { needs: "../shared/vectors, beside the repository" } }

/** A file of vectors written by others, as the type that its users give it: what it holds is fixed. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows the file
export const sharedVectors = <A>(path: string): A => JSON.parse(readFileSync(`${shared}/vectors/${path}`, "utf8"))

/** A golden bundle's bytes. */
export const goldenBundle = (name: string): Uint8Array => readFileSync(new URL(`${name}.ndjson`, draws))

export interface GoldenTicket {
  readonly ticketId: string
  readonly userId: string
  readonly ownerSalt: string
  readonly ticketHash: string
  readonly ownerCommit: string
  readonly purchasedAt: string
}

export interface GoldenDraw {
  readonly name: string
  readonly drawId: string
  readonly n: number
  readonly sealingSecret: string
  readonly vkey: string
  readonly seed: string
  readonly commitment: string
  readonly openHash: string
  readonly leafHashes: ReadonlyArray<string>
  readonly root: string
  readonly entropy: string
  readonly winningPosition: number | null
  readonly tickets: ReadonlyArray<GoldenTicket>
}

/** The golden bundles' intermediate values. */
export const goldenDraws: ReadonlyArray<GoldenDraw> = JSON.parse(readFileSync(new URL("expected.json", draws), "utf8"))
