/** Every port and what stands behind it: the only place that says which adapter a command runs on. */
import * as AccessTokensJose from "@ddd/adapters-crypto/AccessTokensJose"
import * as IdentifiersNode from "@ddd/adapters-crypto/IdentifiersNode"
import * as MailedTokensNode from "@ddd/adapters-crypto/MailedTokensNode"
import * as PasswordsArgon2 from "@ddd/adapters-crypto/PasswordsArgon2"
import * as PersonalSealNode from "@ddd/adapters-crypto/PersonalSealNode"
import * as RecordSignerNode from "@ddd/adapters-crypto/RecordSignerNode"
import * as RefreshTokensNode from "@ddd/adapters-crypto/RefreshTokensNode"
import * as SealingNode from "@ddd/adapters-crypto/SealingNode"
import * as SeedVaultNode from "@ddd/adapters-crypto/SeedVaultNode"
import * as AccountsPg from "@ddd/adapters-pg/accounts/AccountsPg"
import * as IdentityChecksPg from "@ddd/adapters-pg/accounts/IdentityChecksPg"
import * as SecurityLogPg from "@ddd/adapters-pg/accounts/SecurityLogPg"
import * as SessionEnds from "@ddd/adapters-pg/accounts/SessionEnds"
import * as SessionsPg from "@ddd/adapters-pg/accounts/SessionsPg"
import * as SharedCountsPg from "@ddd/adapters-pg/accounts/SharedCountsPg"
import * as ThrottlesPg from "@ddd/adapters-pg/accounts/ThrottlesPg"
import * as BooksPg from "@ddd/adapters-pg/books/BooksPg"
import { requestWaits, type Waits, workWaits } from "@ddd/adapters-pg/database/Client"
import * as Listener from "@ddd/adapters-pg/database/Listener"
import * as NowPg from "@ddd/adapters-pg/database/NowPg"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as DrawEventsPg from "@ddd/adapters-pg/draws/DrawEventsPg"
import * as DrawsPg from "@ddd/adapters-pg/draws/DrawsPg"
import * as OutboxPg from "@ddd/adapters-pg/jobs/OutboxPg"
import * as LookupPg from "@ddd/adapters-pg/operators/LookupPg"
import * as OperatorLogPg from "@ddd/adapters-pg/operators/OperatorLogPg"
import * as PlayControlsPg from "@ddd/adapters-pg/play/PlayControlsPg"
import * as PortsPg from "@ddd/adapters-pg/Ports"
import * as DevicesPg from "@ddd/adapters-pg/push/DevicesPg"
import * as RoomsPg from "@ddd/adapters-pg/rooms/RoomsPg"
import * as SalesPg from "@ddd/adapters-pg/sales/SalesPg"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { MinAge } from "@ddd/core/ports/MinAge"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { TicketsPerDraw } from "@ddd/core/ports/TicketsPerDraw"
import { dayMillis } from "@ddd/core/values/Instant"
import { Layer } from "effect"
import * as Beacon from "./Beacon.ts"
import type { Settings } from "./config/Variables.ts"
import type { Database } from "./Database.ts"
import type { Keys } from "./Keys.ts"
import { checkoutProvider, fundingSource, identitySource, payoutProvider } from "./MoneyProviders.ts"

/** Connections of the general pool; their statements are pipelined, so this is how many transactions run at a time. */
const connectionsMax = 16
/** Those of what the server does by itself: they never wait behind requests, nor requests behind them. */
const workConnectionsMax = 9
/** The sale's own, one a batch and one to spare: it never waits for a connection behind readers. */
const saleConnectionsMax = 3
/** One for each channel that is listened to: draws, and sessions that end. */
const channels = 2
/** The heartbeats of the channels go over one more. */
const listeningConnectionsMax = channels + 1

/** What everything stands on: the database, its clock and its outbox, new ids. */
const base = ({ app, servers }: Database, waits: Waits) =>
  Layer.merge(NowPg.layer(), OutboxPg.layer).pipe(
    Layer.provideMerge(
      Provision.layer(app, { applicationName: "ddd", maxConnections: connectionsMax, waits, servers })
    ),
    Layer.provideMerge(IdentifiersNode.layer)
  )

const listener = ({ direct, servers }: Database) =>
  Listener.layer.pipe(
    Layer.provide(Provision.layer(direct, {
      applicationName: "ddd events",
      maxConnections: listeningConnectionsMax,
      // a connection that is silent is given up within seconds
      waits: requestWaits,
      servers
    }))
  )

/** What draws are drawn by. */
export type DrawSettings =
  & Beacon.BeaconSettings
  & Pick<Settings, "PRIZE_HOLD_KYC" | "PRIZE_REPORT_FROM" | "ROOM_PRIZE_HOLD">

const drawPorts = ({ acknowledged }: Database, { log, sealing, seeds }: Keys, settings: DrawSettings) =>
  Layer.mergeAll(DrawsPg.layer, RoomsPg.layer, BooksPg.layer).pipe(
    Layer.provideMerge(
      Layer.mergeAll(SealingNode.layer(sealing), SeedVaultNode.layer(seeds), RecordSignerNode.layer(log))
    ),
    Layer.provide(Layer.succeed(RoomPrizeHold, settings.ROOM_PRIZE_HOLD * dayMillis)),
    Layer.provide(
      Layer.succeed(PrizesAwaitIdentityFrom, settings.PRIZE_HOLD_KYC ? settings.PRIZE_REPORT_FROM : null)
    ),
    Layer.provide(Layer.succeed(Acknowledged, acknowledged)),
    Layer.provideMerge(Beacon.layer(settings))
  )

/** Money in and out. */
const moneyPorts = (
  { acknowledged }: Database,
  { FOUR_EYES_ABOVE, KYC_ABOVE }: Pick<Settings, "FOUR_EYES_ABOVE" | "KYC_ABOVE">
) =>
  PortsPg.money.pipe(
    Layer.provide(Layer.succeed(Acknowledged, acknowledged)),
    Layer.provide(Layer.succeed(FourEyesAbove, FOUR_EYES_ABOVE ?? null)),
    Layer.provide(Layer.succeed(KycAbove, KYC_ABOVE ?? null))
  )

const accountPorts = ({ acknowledged }: Database, { refresh }: Keys) =>
  Layer.mergeAll(
    AccountsPg.layer,
    SessionsPg.layer,
    SecurityLogPg.layer,
    SharedCountsPg.layer,
    ThrottlesPg.layer,
    PlayControlsPg.layer,
    IdentityChecksPg.layer,
    OperatorLogPg.layer
  ).pipe(
    Layer.provide(Layer.succeed(Acknowledged, acknowledged)),
    Layer.provideMerge(SessionEnds.layer),
    Layer.provideMerge([MailedTokensNode.layer(refresh), PersonalSealNode.layer(refresh)])
  )

/** Those outside whom money comes from and goes to, and who checks identities. `publicUrl` is where their pages send players back to. */
const moneyProviders = (settings: Settings, publicUrl: URL) =>
  Layer.mergeAll(
    payoutProvider(settings, publicUrl),
    checkoutProvider(settings),
    fundingSource(settings),
    identitySource(settings)
  )

/** What operating on draws and auditing the books needs: Draws, Rooms, Books, Lookup, Now, the beacon and the keys of draws. */
export const draws = (database: Database, keys: Keys, settings: DrawSettings) =>
  Layer.merge(drawPorts(database, keys, settings), LookupPg.layer).pipe(Layer.provideMerge(base(database, workWaits)))

/** What acting on players needs: Accounts, Sessions, SecurityLog, Lookup. */
export const accounts = (database: Database, keys: Keys) =>
  Layer.merge(accountPorts(database, keys), LookupPg.layer).pipe(
    Layer.provide(listener(database)),
    Layer.provideMerge(base(database, workWaits))
  )

/** What acting on money in and out needs: its ports, those outside, and Accounts, Sessions, SecurityLog. */
export const money = (database: Database, keys: Keys, settings: Settings) =>
  Layer.merge(
    moneyPorts(database, settings),
    moneyProviders(settings, settings.PUBLIC_URL ?? new URL(`http://localhost:${settings.PORT}`))
  ).pipe(Layer.provideMerge(accounts(database, keys)))

/** What the server's requests need: who waits for them is answered in time, unless other `waits` are given. `publicUrl` is PUBLIC_URL. */
export const all = (
  database: Database,
  keys: Keys,
  settings: Settings,
  publicUrl: URL,
  waits: Waits = requestWaits
) => {
  const sales = SalesPg.layer().pipe(
    Layer.provide(
      Provision.layer(database.app, {
        applicationName: "ddd sales",
        maxConnections: saleConnectionsMax,
        waits: requestWaits,
        servers: database.servers
      })
    ),
    Layer.provide(Layer.succeed(TicketsPerDraw, settings.MAX_TICKETS_PER_DRAW ?? null)),
    Layer.provide(Layer.succeed(Acknowledged, database.acknowledged))
  )
  return Layer.mergeAll(
    sales,
    DrawEventsPg.layer,
    DevicesPg.layer,
    moneyPorts(database, settings),
    moneyProviders(settings, publicUrl),
    accountPorts(database, keys),
    AccessTokensJose.layer({ issuer: publicUrl.origin, privateKeys: keys.accessTokens }),
    RefreshTokensNode.layer(keys.refresh),
    PasswordsArgon2.layer()
  ).pipe(
    Layer.provideMerge(drawPorts(database, keys, settings)),
    Layer.provide(listener(database)),
    Layer.provideMerge(base(database, waits)),
    Layer.provideMerge(Layer.succeed(MinAge, settings.MIN_AGE ?? null))
  )
}

/**
 * What the server does by itself, beside `all`: the clockwork, mails, notices and payouts. The same ports once more, on connections of
 * their own, whose statements may take minutes.
 */
export const work = (database: Database, keys: Keys, settings: Settings, publicUrl: URL) => {
  const { app, servers } = database
  const client = Provision.layer(app, {
    applicationName: "ddd work",
    maxConnections: workConnectionsMax,
    waits: workWaits,
    servers
  })
  return Layer.fresh(
    Layer.merge(moneyPorts(database, settings), moneyProviders(settings, publicUrl)).pipe(
      Layer.provideMerge(drawPorts(database, keys, settings)),
      Layer.provideMerge(OutboxPg.layer),
      Layer.provideMerge(client)
    )
  )
}
