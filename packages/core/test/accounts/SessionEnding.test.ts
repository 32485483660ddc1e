import { assert, describe, it } from "@effect/vitest"
import { endAllSessions, endReusedSession, endSession, signOut } from "../../src/accounts/SessionEnding.ts"
import { ada, origin, session } from "./support/Given.ts"

describe("the end of sessions", () => {
  it("is of one session, and told of that one, but where all end", () => {
    const owner = { userId: ada, sessionId: session }
    for (
      const [ending, reason, type] of [
        [signOut(owner, "event", origin), "signed_out", "signed_out"],
        [endSession(owner, "event", origin), "ended", "session_ended"],
        [endReusedSession(owner, "event", origin), "reused", "refresh_reused"]
      ] as const
    ) {
      assert.deepStrictEqual(ending.which, { only: [session] })
      assert.deepStrictEqual([ending.reason, ending.event.type, ending.event.sessionId], [reason, type, session])
    }
    const all = endAllSessions(ada, "everywhere", "event", origin)
    assert.deepStrictEqual([all.which, all.event.sessionId], [{ except: null }, null])
  })
})
