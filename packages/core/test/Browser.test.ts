import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"

const source = (module: string) => new URL(`../src/${module}`, import.meta.url)

/** What `module` and all that it imports import at run time from outside this package. */
const outsideImports = (module: string, seen = new Set<string>()): ReadonlyArray<string> => {
  if (seen.has(module)) return []
  seen.add(module)
  const text = readFileSync(source(module), "utf8")
  const imports = [...text.matchAll(/^(?:import|export) (?!type )(?:[^"]*? from )?"([^"]+)"/gm)].map(([, from = ""]) =>
    from
  )
  return imports.flatMap((from) => from.startsWith("./") ? outsideImports(from.slice(2), seen) : [from])
}

describe("the verifier in a browser", () => {
  it("needs nothing but elliptic curves and a hash", () => {
    const imports = outsideImports("Verifier.ts")
    assert.includeMembers([...imports], ["@noble/curves/bls12-381.js", "@noble/curves/ed25519.js"])
    for (const from of [...imports, ...outsideImports("Hash.ts")]) assert.match(from, /^@noble\//)
  })
})
