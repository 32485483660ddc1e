import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decideSecrets, type HeldSecret, secretOf } from "../../src/values/SecretChecks.ts"

const seal = (keyId: string, value: string, isPrevious = false): HeldSecret => ({
  name: "TICKET_SEAL_SECRET",
  keyId,
  value,
  isPrevious
})
const logKey = (value: string): HeldSecret => ({ name: "LOG_SIGNING_KEYS", keyId: value, value, isPrevious: false })
const none: ReadonlySet<string> = new Set()

const kept = (decided: ReturnType<typeof decideSecrets>) => Result.getOrThrow(decided)
const refused = (decided: ReturnType<typeof decideSecrets>) => Result.getOrThrow(Result.flip(decided)).join("\n")

describe("decideSecrets", () => {
  it("keeps each secret at its first use, and nothing at the next", () => {
    const secrets = [seal("1", "a"), logKey("k")]
    assert.deepStrictEqual(kept(decideSecrets([], secrets, none)), secrets)
    assert.deepStrictEqual(kept(decideSecrets(secrets, secrets, none)), [])
  })

  it("refuses another secret under a key id that is known, and says which variable, and how to rotate", () => {
    const current = refused(decideSecrets([seal("1", "a")], [seal("1", "b")], none))
    assert.match(current, /^TICKET_SEAL_SECRET is not .* under the key id 1\..*TICKET_SEAL_SECRET_KEY_ID/)
    const previous = refused(decideSecrets([seal("1", "a")], [seal("2", "b"), seal("1", "x", true)], none))
    assert.match(previous, /^TICKET_SEAL_SECRET_PREVIOUS is not/)
    assert.deepStrictEqual(
      kept(decideSecrets([seal("1", "a")], [seal("2", "b"), seal("1", "a", true)], none)),
      [seal("2", "b")]
    )
  })

  it("refuses what something stored contradicts, though nothing is known of it yet", () => {
    const held = seal("1", "b")
    assert.include(refused(decideSecrets([], [held], new Set([secretOf(held)]))), "TICKET_SEAL_SECRET is not")
  })

  it("takes new keys of the log beside one that is known, and never strange ones alone", () => {
    assert.deepStrictEqual(kept(decideSecrets([logKey("old")], [logKey("old"), logKey("new")], none)), [logKey("new")])
    assert.include(refused(decideSecrets([logKey("old")], [logKey("new")], none)), "LOG_SIGNING_KEYS is not")
  })

  it("tells the name that the log had, which is public", () => {
    const origin = (value: string): HeldSecret => ({ name: "LOG_ORIGIN", keyId: "origin", value, isPrevious: false })
    assert.include(
      refused(decideSecrets([origin("draws.example.com")], [origin("other.example.com")], none)),
      "Set it to what it was (draws.example.com)"
    )
  })
})
