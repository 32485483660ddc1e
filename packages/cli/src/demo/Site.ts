/**
 * What the demo plays on: a server of its own in a process of its own, on a data folder and a port of its own, with a clock
 * that can be moved and the beacon of development. All of it is gone afterwards.
 */
import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { roundFor, roundTime } from "@ddd/core/proof/Beacon"
import { formatInstant, type Instant } from "@ddd/core/values/Instant"
import { chain } from "@ddd/sim/providers/BeaconStandIn"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Environment } from "../config/Config.ts"
import { withoutOurs } from "../config/UnknownNames.ts"
import { databaseVariables, openClock } from "./DemoDatabase.ts"
import { type DemoFailed, orFail } from "./DemoFailed.ts"
import { type Finished, runDdd, startServer, stop } from "./Processes.ts"

export interface Site {
  readonly url: string
  /** What the shop shows when it tells of a purchase. */
  readonly shopAuthorization: string
  /** The subjects of the mails written so far. */
  readonly mails: Effect.Effect<ReadonlyArray<string>>
  /** The token of the link that verifies this address; null where no such mail was written yet. */
  readonly verification: (address: string) => Effect.Effect<string | null>
  /** A folder for files of the demo. */
  readonly folder: string
  /** Runs another `ddd` on the same database, in a process of its own. */
  readonly ddd: (...args: ReadonlyArray<string>) => Effect.Effect<Finished, DemoFailed>
  /** Moves the clock forward to an instant. The server notices within a second or two. */
  readonly moveTo: (at: Instant) => Effect.Effect<void, DemoFailed>
  /** Moves it past the round of the beacon that a draw waits for whose outcome is due at `draws`. */
  readonly moveToRound: (draws: Instant) => Effect.Effect<void, DemoFailed>
  /** Asks the server to stop, and gives its exit code. */
  readonly stop: Effect.Effect<number | null>
}

/** A folder that is removed with all that is in it; what a link in it leads to as well, which the embedded server may need. */
const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = fs.mkdtempSync(join(tmpdir(), "ddd-demo-"))
    fs.chmodSync(folder, 0o711)
    return folder
  }),
  (folder) =>
    Effect.sync(() => {
      const cluster = join(folder, "data", "postgres")
      if (fs.existsSync(cluster)) fs.rmSync(fs.realpathSync(cluster), { recursive: true, force: true })
      fs.rmSync(folder, { recursive: true, force: true })
    })
)

/** What the shop sells, and what it is worth: the credit that each player buys. */
export const shopProduct = "funds_15"
const shopProducts = { [shopProduct]: "15.00" }

/** The mails in a folder, as text. */
const mailsIn = (folder: string): ReadonlyArray<string> =>
  !fs.existsSync(folder) ? [] : fs.readdirSync(folder).filter((name) => name.endsWith(".eml"))
    .map((name) => fs.readFileSync(join(folder, name), "utf8"))

/** The subjects of the mails in a folder. */
const subjectsIn = (folder: string): ReadonlyArray<string> =>
  mailsIn(folder).flatMap((eml) => {
    const subject = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(eml)?.[1]
    return subject === undefined ? [] : [subject.replaceAll(/\r?\n[ \t]+/g, " ")]
  })

/** The token in the first mail of a folder to an address that verifies it. */
const verificationIn = (folder: string, address: string): string | null => {
  for (const eml of mailsIn(folder)) {
    if (!eml.includes(`To: ${address}\r\n`)) continue
    // quoted-printable undone, as far as a link needs it
    const text = eml.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=").replaceAll("=23", "#")
    const token = /\/verify-email[?#]token=([\w-]{43})/.exec(text)?.[1]
    if (token !== undefined) return token
  }
  return null
}

/** Opens the site with its clock at `start`; the scope takes it away. */
export const openSite = Effect.fn("Site.open")(function*(start: Instant) {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  const shopAuthorization = randomBytes(24).toString("base64url")
  const env: Environment = {
    ...withoutOurs(process.env),
    ...yield* orFail("The demo needs a database of its own", databaseVariables),
    NODE_ENV: "development",
    DATA_DIR: dataDir,
    PORT: "0",
    LOG_LEVEL: "warn",
    BEACON: "dev",
    REVENUECAT_WEBHOOK_AUTH: shopAuthorization,
    PRODUCT_CATALOG: JSON.stringify(shopProducts),
    DEV_CLOCK_START: formatInstant(start),
    DRAIN_DELAY: "0",
    // its hundreds of players all ask from this machine
    RATE_LIMITS: unmetLimits
  }
  const { child, url } = yield* startServer(env)

  const moveTo = yield* orFail("The demo's database", openClock(env))
  const site: Site = {
    url,
    shopAuthorization,
    mails: Effect.sync(() => subjectsIn(join(dataDir, "mail"))),
    verification: (address) => Effect.sync(() => verificationIn(join(dataDir, "mail"), address)),
    folder,
    ddd: (...args) => runDdd(env, args),
    moveTo: (at) => orFail("The clock", moveTo(at)),
    moveToRound: (draws) => orFail("The clock", moveTo(roundTime(chain, roundFor(chain, draws)))),
    stop: stop(child)
  }
  return site
})
