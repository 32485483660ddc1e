/** A database to try a backup in, made by an administrator and gone with the scope. */
import { Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { randomBytes } from "node:crypto"
import { longWaits } from "../database/Client.ts"
import { type PgConnection, session } from "../database/Provision.ts"

/** Makes one, empty, and gives the administrator's way into it. */
export const scratch = (admin: PgConnection): Effect.Effect<PgConnection, SqlError.SqlError, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.gen(function*() {
        const sql = yield* session(admin, { waits: longWaits })
        const database = `ddd_scratch_${randomBytes(6).toString("hex")}`
        // as `ddd init` makes one
        yield* sql.unsafe(
          `CREATE DATABASE "${database}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`
        )
        return { database }
      }).pipe(Effect.scoped),
      ({ database }) =>
        session(admin, { waits: longWaits }).pipe(
          Effect.andThen((sql) => sql.unsafe(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`)),
          Effect.scoped,
          Effect.catch((error) =>
            Effect.logWarning(`the database ${database} could not be dropped: drop it by hand`, error)
          )
        )
    ),
    ({ database }) => ({ ...admin, database })
  )
