import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { copyFileSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import type { TLSSocket } from "node:tls"
import { dataFolder, ddd, eventually } from "../support/Ddd.ts"
import { Site } from "../support/Site.ts"

const certificates = join(import.meta.dirname, "../../../http/test/support/tls")

interface Answer {
  readonly status: number
  readonly transport: string | undefined
  /** Whose certificate the server showed. */
  readonly shown: unknown
}

/** Asks over TLS, whoever signed the certificate. */
const ask = (port: string, path: string): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const options = { host: "127.0.0.1", port, path, rejectUnauthorized: false, agent: false }
    const asked = request(options, (answer) => {
      const socket = answer.socket as TLSSocket // of https
      const shown: unknown = socket.getPeerCertificate().subject.CN
      answer.resume().on("end", () => {
        const transport = answer.headers["strict-transport-security"]
        resume(Effect.succeed({ status: answer.statusCode ?? 0, transport, shown }))
      })
    })
    asked.on("error", (error) => resume(Effect.die(error)))
    asked.end()
  })

layer(Layer.empty, { excludeTestServices: true })("ddd serve with a certificate of its own", (it) => {
  it.effect(
    "speaks TLS, reads the files again on SIGHUP, and keeps what it has where they are no good",
    () =>
      Effect.gen(function*() {
        const folder = yield* dataFolder
        const [TLS_CERT, TLS_KEY] = [join(folder, "cert.pem"), join(folder, "key.pem")]
        const use = (name: "first" | "second") => {
          copyFileSync(join(certificates, `${name}-cert.pem`), TLS_CERT)
          copyFileSync(join(certificates, `${name}-key.pem`), TLS_KEY)
        }
        use("first")
        const edge = { TLS_CERT, TLS_KEY, PUBLIC_URL: "https://localhost:8443" }
        yield* Effect.gen(function*() {
          const { servers } = yield* Site
          const [server] = servers
          if (server === undefined) return yield* Effect.die(new Error("no server"))
          const { port } = new URL(server.url)
          assert.deepStrictEqual(yield* ask(port, "/readyz"), {
            status: 200,
            transport: "max-age=31536000",
            shown: "first.localhost"
          })
          const signal = Effect.sync(() => process.kill(server.pid, "SIGHUP"))
          use("second")
          yield* signal
          yield* eventually("the other certificate", ask(port, "/healthz"), ({ shown }) => shown === "second.localhost")
          writeFileSync(TLS_KEY, "no key")
          yield* signal
          yield* eventually(
            "the log",
            Effect.sync(server.stderr),
            (text) => text.includes("The certificate that was read before stays.")
          )
          assert.deepInclude(yield* ask(port, "/healthz"), { status: 200, shown: "second.localhost" })
          assert.strictEqual(yield* server.stop(), 0)
        }).pipe(Effect.provide(Site.layer({ processes: [edge] })))
        const start = (TLS_KEY: string) => ddd(["serve"], { ...edge, DATA_DIR: folder, TLS_KEY })
        const [unusable, missing] = yield* Effect.all([start(TLS_KEY), start(join(folder, "nothing.pem"))], {
          concurrency: 2
        })
        assert.deepStrictEqual([unusable.code, missing.code], [2, 2])
        assert.match(unusable.stderr, /^TLS_CERT and TLS_KEY are no certificate with its key/m)
        assert.match(missing.stderr, /^TLS_KEY cannot be read \(.*\): name a file that this account may read\./m)
      }),
    300_000
  )
})
