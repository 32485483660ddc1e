import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

const sources = new URL("../../src/", import.meta.url)

/** What `module` and all that it imports import at run time from outside this package. */
const outsideImports = (module: URL, seen = new Set<string>()): ReadonlyArray<string> => {
  if (seen.has(module.href)) return []
  seen.add(module.href)
  const text = readFileSync(module, "utf8")
  const imports = [...text.matchAll(/^(?:import|export) (?!type )(?:[^"]*? from )?"([^"]+)"/gm)].map(([, from = ""]) =>
    from
  )
  return imports.flatMap((from) => from.startsWith(".") ? outsideImports(new URL(from, module), seen) : [from])
}

describe("the verifier in a browser", () => {
  it("needs nothing but elliptic curves and a hash", () => {
    const imports = outsideImports(new URL("proof/Verifier.ts", sources))
    assert.includeMembers([...imports], ["@noble/curves/bls12-381.js", "@noble/curves/ed25519.js"])
    for (const from of [...imports, ...outsideImports(new URL("hash/Hash.ts", sources))]) {
      assert.match(from, /^@noble\//)
    }
  })
})
