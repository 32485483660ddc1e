import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { signUp } from "../../src/accounts/SignUp.ts"
import { isSameName, refusalOfTaken } from "../../src/accounts/TakenNames.ts"
import { ada, eventsIn, jobsIn, origin, session } from "./support/Given.ts"

const request = {
  email: "Ada@Example.com",
  username: "Ada",
  passwordHash: Redacted.make("$argon2id$first"),
  session: { refreshTokenHash: "refresh", userAgent: "a browser" }
}
const newIds = { user: ada, session, mailedToken: "token", event: "event" }
const facts = (email: boolean, username: boolean) => ({ taken: { email, username }, newIds })

describe("signUp", () => {
  it("refuses an address that is taken, and then a name that is", () => {
    for (
      const [email, username, tag] of [[true, true, "EmailTaken"], [true, false, "EmailTaken"], [
        false,
        true,
        "UsernameTaken"
      ]] as const
    ) {
      const refused = signUp(facts(email, username), request, origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, tag)
    }
  })

  it("welcomes with one link to the address, under the id of its token, and opens the one session", () => {
    const { change, user } = Result.getOrThrow(signUp(facts(false, false), request, origin))
    assert.deepStrictEqual([user.id, user.email, user.username], [ada, request.email, request.username])
    assert.deepStrictEqual(change.issueToken, {
      id: "token",
      purpose: "verify_email",
      email: request.email,
      previousEmail: null
    })
    assert.deepStrictEqual(change.jobs, [
      { id: "token", job: { _tag: "MailWelcome", userId: ada, mailedTokenId: "token" } }
    ])
    assert.deepStrictEqual(change.openSession, { ...request.session, id: session })
    assert.deepStrictEqual([eventsIn(change), jobsIn(change)], [["signed_up"], ["MailWelcome"]])
    assert.strictEqual(change.events[0]?.sessionId, session)
  })
})

describe("names", () => {
  it("are the same in any case, and otherwise not", () => {
    assert.isTrue(isSameName("Ada@Example.com", "aDA@eXAMPLE.COM"))
    assert.isFalse(isSameName("ada", "ada "))
  })

  it("that the store's constraint refuses are the ones that were wanted", () => {
    assert.deepStrictEqual(refusalOfTaken("email", request), { _tag: "EmailTaken", email: request.email })
    assert.deepStrictEqual(refusalOfTaken("username", request), { _tag: "UsernameTaken", username: request.username })
  })
})
