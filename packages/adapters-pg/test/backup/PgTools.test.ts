import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { findTool, libpqEnvironment } from "../../src/backup/PgTools.ts"

const connection = (url: string) => ({ url: Redacted.make(url), username: "ann", database: "ddd" })

describe("PostgreSQL's own programs", () => {
  it.live("are asked for by the name of their package where none is new enough", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(findTool("pg_dump", 99))
      assert.match(message, /^pg_dump of version 99 or later is needed, .*Install the package postgresql-client-99/)
    }))

  it("are told where the database is by the environment, and verify what is encrypted", () => {
    assert.deepStrictEqual(libpqEnvironment(connection("postgres://ann:p%40ss@one,two:5433/ddd?sslmode=require")), {
      PGHOST: "one,two",
      PGPORT: "5432,5433",
      PGUSER: "ann",
      PGDATABASE: "ddd",
      PGAPPNAME: "ddd",
      PGCONNECT_TIMEOUT: "10",
      PGTARGETSESSIONATTRS: "read-write",
      PGPASSWORD: "p@ss",
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/etc/ssl/certs/ca-certificates.crt"
    })
    const socket = libpqEnvironment({ host: "/run/postgresql", username: "ann", database: "ddd" })
    assert.deepStrictEqual([socket["PGHOST"], socket["PGSSLMODE"]], ["/run/postgresql", "disable"])
    assert.notProperty(socket, "PGPASSWORD")
  })
})
