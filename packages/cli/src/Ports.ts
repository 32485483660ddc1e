/** Every port and what stands behind it: the only place that says which adapter a command runs on. */
import * as AccessTokensJose from "@ddd/adapters-crypto/AccessTokensJose"
import * as IdentifiersNode from "@ddd/adapters-crypto/IdentifiersNode"
import * as PasswordsArgon2 from "@ddd/adapters-crypto/PasswordsArgon2"
import * as RecordSignerNode from "@ddd/adapters-crypto/RecordSignerNode"
import * as RefreshTokensNode from "@ddd/adapters-crypto/RefreshTokensNode"
import * as SealingNode from "@ddd/adapters-crypto/SealingNode"
import * as SeedVaultNode from "@ddd/adapters-crypto/SeedVaultNode"
import * as AccountsPg from "@ddd/adapters-pg/AccountsPg"
import * as BooksPg from "@ddd/adapters-pg/BooksPg"
import * as DrawEventsPg from "@ddd/adapters-pg/DrawEventsPg"
import * as DrawsPg from "@ddd/adapters-pg/DrawsPg"
import * as LedgerPg from "@ddd/adapters-pg/LedgerPg"
import * as NowPg from "@ddd/adapters-pg/NowPg"
import * as Provision from "@ddd/adapters-pg/Provision"
import * as SalesPg from "@ddd/adapters-pg/SalesPg"
import { Layer } from "effect"
import type { Database } from "./Database.ts"
import type { Keys } from "./Keys.ts"

/** Connections of the general pool; their statements are pipelined, so this is how many transactions run at a time. */
const connectionsMax = 16
/** The sale's own, one a batch and one to spare: it never waits for a connection behind readers. */
const saleConnectionsMax = 3

const drawKeys = ({ log, sealing, seeds }: Keys) =>
  Layer.mergeAll(
    IdentifiersNode.layer,
    SealingNode.layer(sealing),
    SeedVaultNode.layer(seeds),
    RecordSignerNode.layer(log)
  )

/** What operating on draws and auditing the books needs: Draws, Books, Now and the keys of draws. */
export const draws = ({ app }: Database, keys: Keys) =>
  Layer.mergeAll(DrawsPg.layer, BooksPg.layer).pipe(
    Layer.provideMerge(NowPg.layer()),
    Layer.provideMerge(drawKeys(keys)),
    Layer.provideMerge(Provision.layer(app, { applicationName: "ddd", maxConnections: connectionsMax }))
  )

/** What the whole server needs. `issuer` is PUBLIC_URL. */
export const all = (database: Database, keys: Keys, issuer: string) => {
  const sales = SalesPg.layer().pipe(
    Layer.provide(Provision.layer(database.app, { applicationName: "ddd sales", maxConnections: saleConnectionsMax }))
  )
  const events = DrawEventsPg.layer.pipe(
    Layer.provide(Provision.layer(database.direct, { applicationName: "ddd events", maxConnections: 1 }))
  )
  const tokens = AccessTokensJose.layer({ issuer, privateKeys: keys.accessTokens })
  return Layer.mergeAll(
    sales,
    events,
    tokens,
    RefreshTokensNode.layer,
    PasswordsArgon2.layer(),
    AccountsPg.layer,
    LedgerPg.layer
  )
    .pipe(Layer.provideMerge(draws(database, keys)))
}
