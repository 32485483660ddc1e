import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createServer, type Server, type Socket } from "node:net"
import {
  ConnectionLost,
  headerOf,
  type HttpAnswer,
  requestText,
  withConnections
} from "../src/support/HttpConnection.ts"

/** Serves `answer` to whoever connects, and hands `use` the port. */
const serving = async <A>(onRequest: (socket: Socket) => void, use: (port: number) => Promise<A>): Promise<A> => {
  const server = await new Promise<Server>((resolve) => {
    const made = createServer((socket) => {
      socket.on("error", () => {})
      socket.on("data", () => onRequest(socket))
    }).listen(0, "127.0.0.1", () => resolve(made))
  })
  const bound = server.address()
  try {
    return await use(typeof bound === "object" && bound !== null ? bound.port : 0)
  } finally {
    server.close()
  }
}

const ask = (port: number): Promise<HttpAnswer> =>
  withConnections(port, 1, async ([connection]) => {
    if (connection === undefined) throw new Error("one was asked for")
    return connection.ask(requestText({ method: "GET", path: "/" }))
  })

const lostOf = async (answer: Promise<HttpAnswer>): Promise<ConnectionLost> => {
  try {
    await answer
  } catch (error) {
    if (error instanceof ConnectionLost) return error
    throw error
  }
  return assert.fail("an answer came")
}

describe("a connection", () => {
  it("reads an answer, in whatever pieces it comes", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(), async (text, cut) => {
        const body = Buffer.from(text)
        const whole = Buffer.concat([
          Buffer.from(`HTTP/1.1 201 Created\r\nIdempotent-Replayed: true\r\nContent-Length: ${body.length}\r\n\r\n`),
          body
        ])
        const at = cut % whole.length
        await serving((socket) => {
          socket.setNoDelay(true)
          socket.write(whole.subarray(0, at), () => setImmediate(() => socket.write(whole.subarray(at))))
        }, async (port) => {
          const answer = await ask(port)
          assert.strictEqual(answer.status, 201)
          assert.isTrue(answer.body.equals(body))
          assert.strictEqual(headerOf(answer, "idempotent-replayed"), "true")
        })
      }),
      { numRuns: 50 }
    ))

  it("is lost where the server ends before its answer does", () =>
    serving((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfour"), async (port) => {
      assert.match((await lostOf(ask(port))).message, /closed/)
    }))

  it("is lost where an answer has no known length, or more comes than it", () =>
    serving(
      (socket) => socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
      async (port) => {
        assert.match((await lostOf(ask(port))).message, /known length/)
      }
    ).then(() =>
      serving((socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxx"), async (port) => {
        assert.match((await lostOf(ask(port))).message, /more came/)
      })
    ))
})

describe("a request", () => {
  it("says the length of its body in bytes", () => {
    assert.match(requestText({ method: "POST", path: "/", body: `{"a":1}` }), /\r\ncontent-length: 7\r\n\r\n\{"a":1\}$/)
  })
})
