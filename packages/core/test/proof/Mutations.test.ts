import { assert, describe, it } from "@effect/vitest"
import { expect } from "vitest"
import { verifyBundle, type VerifyOptions } from "../../src/proof/Verifier.ts"
import { makeBundle, makeSigner, operator, testChain, testChainHash } from "../support/bundles.ts"
import { bases, mutations } from "../support/mutations.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const verify = (text: string, options: VerifyOptions) => verifyBundle(nodeSha256, [Buffer.from(text)], options)

const numbersOf = (verdict: string): ReadonlyArray<number> => verdict.split(" ").slice(1).map(Number)
const joined = (numbers: Iterable<number>): string => [...numbers].sort((a, b) => a - b).join(", ")

/** A row for each kind of change: how many there were, which checks found every one of them, and which found some. */
const tableOf = (found: ReadonlyMap<string, ReadonlyArray<ReadonlyArray<number>>>): string => {
  const rows = [...found].map(([kind, each]) => {
    const some = new Set(each.flat())
    const every = [...some].filter((number) => each.every((numbers) => numbers.includes(number)))
    return `| ${kind} | ${each.length} | ${joined(every)} | ${
      joined([...some].filter((number) => !every.includes(number)))
    } |`
  })
  const total = [...found.values()].reduce((sum, { length }) => sum + length, 0)
  return [
    "# What catches which change",
    "",
    `${total} changes of one thing, each made to a proof bundle that holds: a field, a byte, a line, a ticket, a signature; by a stranger, who cannot`,
    "sign, and by the operator, who can. None is found valid, pending or void. The numbers are the checks of",
    "[fairness.md](fairness.md). The rows are written by `packages/core/test/proof/Mutations.test.ts`, which fails where they differ;",
    "`npm test -- -u packages/core/test/proof/Mutations.test.ts` writes them anew.",
    "",
    `The bundles: ${bases.map(({ name, verdict }) => `${name} (\`${verdict}\`)`).join(", ")}.`,
    "",
    "| what is changed | changes | found each time by | and sometimes by |",
    "| --- | ---: | --- | --- |",
    ...rows,
    ""
  ].join("\n")
}

describe("Verifier, on bundles with one thing changed", () => {
  it("calls each valid, pending or void as long as nothing is", async () => {
    for (const { name, options, text, verdict } of bases) {
      assert.strictEqual((await verify(text, options)).verdict, verdict, name)
    }
  })

  it("finds every change, by the checks in docs/mutations.md", async () => {
    assert.isAtLeast(mutations.length, 300)
    const found = new Map<string, Array<ReadonlyArray<number>>>()
    const accepted: Array<string> = []
    for (const { base, kind, name, options, text } of mutations) {
      const what = `${base.name}, ${kind}, ${name}`
      assert.isTrue(text !== base.text || options !== base.options, `${what}: nothing is changed`)
      const { exit, level, verdict } = await verify(text, options)
      if (/^INVALID( \d+)+$/.test(verdict) && exit === 1 && level === null) {
        found.set(kind, [...found.get(kind) ?? [], numbersOf(verdict)])
      } else accepted.push(`${what}: ${verdict}`)
    }
    assert.deepStrictEqual(accepted, [])
    await expect(tableOf(found)).toMatchFileSnapshot("../../../../docs/mutations.md")
  }, 240_000)

  it("is not moved by what counts for nothing: lines of unknown keys, the bundle's own key, a chain that no record names", async () => {
    const options = { keys: [operator.key] }
    const stranger = makeSigner("stranger.example", 8)
    const before = await verify(makeBundle().text, options)
    const others = [
      makeBundle({ signers: [operator, stranger] }),
      makeBundle({ header: (header) => ({ ...header, vkey: stranger.text }) }),
      makeBundle({ header: (header) => ({ ...header, chain: testChain }) })
    ]
    for (const { text } of others) {
      const { checks, verdict } = await verify(text, options)
      assert.strictEqual(verdict, "VALID SIGNED")
      assert.deepStrictEqual(checks, before.checks)
    }
  })

  it("takes a bundle from which the newest records are gone for one of an earlier time, never for a valid one", async () => {
    const without = (...names: ReadonlyArray<"lock" | "result">) =>
      makeBundle({
        beacon: true,
        header: (header) => ({ ...header, ...Object.fromEntries(names.map((name) => [name, null])) })
      }).text
    const options = { keys: [operator.key], chainHash: testChainHash }
    assert.strictEqual((await verify(without("result"), options)).verdict, "PENDING LOCKED")
    assert.strictEqual((await verify(without("lock", "result"), options)).verdict, "PENDING OPEN")
  })
})
