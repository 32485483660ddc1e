/** RevenueCat's own sample events, which lie beside the repository and may be absent. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const shared = process.env["SHARED_DIR"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url))
const folder = `${shared}/revenuecat`

/** Whether the samples are there; tests that need them are skipped, by name, where not. */
export const hasSamples = existsSync(folder)
export const needsSamples = { meta: { needs: "../shared/revenuecat, beside the repository" } }

/** The files that hold an event each, by name without the ending. */
export const sampleNames = (): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((file) =>
      file.endsWith(".json") && !file.endsWith(".openapi.json") && file !== "signature_test_vector.json"
    )
    .map((file) => file.replace(/\.json$/, ""))

/** The text of a sample. */
export const sample = (name: string): string => readFileSync(`${folder}/${name}.json`, "utf8")

/** A body with the header that signs it, and the secret that the header was made with. */
export const signatureVector = (): {
  readonly secret: string
  readonly header: string
  readonly raw_body: string
} => JSON.parse(sample("signature_test_vector"))
