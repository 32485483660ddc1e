/** What the client is given, looked at before it is used. */
import { assert, describe, it } from "@effect/vitest"
import { DddError, type LockPort, makeClient, memoryStorage, type Ports } from "../src/index.ts"

const good: Ports = {
  baseUrl: "https://lottery.example.com/api/",
  storage: memoryStorage(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes))
}

const refusal = (ports: object): string => {
  try {
    makeClient({ ...good, ...ports })
    return "none"
  } catch (error) {
    return error instanceof DddError ? error.code : String(error)
  }
}

describe("the client", () => {
  it("is not made for what is no address of HTTP", () => {
    assert.strictEqual(refusal({}), "none")
    for (
      const baseUrl of ["lottery.example.com", "", "ftp://lottery.example.com", "https://", "https://a?b", "https:// a"]
    ) {
      assert.strictEqual(refusal({ baseUrl }), "invalid_request", baseUrl)
    }
  })

  it("is not made with random bytes that are none, come later, are too few, or are always the same", () => {
    const randoms = [
      () => undefined,
      (bytes: number) => Promise.resolve(new Uint8Array(bytes)),
      () => crypto.getRandomValues(new Uint8Array(4)),
      (bytes: number) => new Uint8Array(bytes)
    ]
    for (const random of randoms) assert.strictEqual(refusal({ random }), "invalid_request")
  })

  it("says why a lock could not be had", async () => {
    const lock: LockPort = { hold: () => Promise.reject(new TypeError("locks is undefined")) }
    const tokens = { accessToken: "a", refreshToken: "r", tokenType: "Bearer", expiresIn: 900 }
    const user = { id: "u", email: "", username: "", emailVerified: true, createdAt: "" }
    const fetch = () =>
      Promise.resolve(
        new Response(JSON.stringify({ user, tokens }), { headers: { "content-type": "application/json" } })
      )
    const client = makeClient({ ...good, lock, fetch })
    const error: unknown = await client.auth.signIn({ email: "ann@example.com", password: "x" }).catch((why) => why)
    assert.strictEqual(error instanceof DddError ? error.code : error, "storage")
    assert.include(String(error), "locks is undefined")
  })
})
