/** Verifies one bundle in a process of its own, and says how long it took and how much memory. Arguments: way, file, vkey. */
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { verifyBundle, type VerifySource } from "@ddd/core/proof/Verifier"
import { openSource } from "@ddd/verify/Source"
import { openAsBlob } from "node:fs"
import type { Measured, Way } from "../verify.ts"

const [way, file = "", vkey = ""] = process.argv.slice(2)

/** As a browser has it: a stream of small chunks. */
const asBlob = async (): Promise<VerifySource> => (await openAsBlob(file)).stream()

const ways: { readonly [W in Way]: () => Promise<readonly [typeof fastSha256, VerifySource]> } = {
  "ddd verify": async () => [fastSha256, (await openSource(file)).bytes],
  "as a browser": async () => [fastSha256, await asBlob()],
  "as a browser, noble alone": async () => [nobleSha256, await asBlob()]
}

const key = parseVerifierKey(fastSha256, vkey)
if (key === undefined) throw new TypeError(`${vkey} is no verifier key`)
const chosen = Object.entries(ways).find(([name]) => name === way)?.[1]
if (chosen === undefined) throw new TypeError(`there is no way ${way}`)
const [hash, bytes] = await chosen()
const rssBefore = process.memoryUsage.rss()
const begun = performance.now()
const { verdict } = await verifyBundle(hash, bytes, { keys: [key] })
const measured: Measured = {
  verdict,
  seconds: (performance.now() - begun) / 1000,
  rssBefore,
  rssMax: process.resourceUsage().maxRSS * 1024
}
process.send?.(measured)
