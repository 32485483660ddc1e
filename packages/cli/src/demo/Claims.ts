/** What must hold once the day is over: asked of the server, of the books and of a verifier in a process of its own. */
import { type Cents, cents, formatCents, ticketPot, ticketPrice } from "@ddd/core/money/Money"
import type { Day } from "@ddd/core/values/Instant"
import { hash } from "@ddd/sim/providers/BeaconStandIn"
import { Effect, Schedule } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { count } from "../terminal/Numbers.ts"
import { at, expectJson, numberAt, request, textAt } from "./Client.ts"
import { balanceOf, type Player, prizesOf, signIn, withdraw } from "./Player.ts"
import { credit, type Played } from "./Script.ts"
import type { Site } from "./Site.ts"

/** A sentence, and whether it is so. */
export interface Claim {
  readonly holds: boolean
  readonly sentence: string
}

const potOf = (tickets: number): Cents => cents(ticketPot * BigInt(tickets))
const priceOf = (tickets: number): Cents => cents(ticketPrice * BigInt(tickets))

export const claim = (sentence: string, holds: boolean): Claim => ({ sentence, holds })

/** What the players and the watching client saw. */
export const seen = ({ drawId, live, tally }: Played): ReadonlyArray<Claim> => {
  const updates = live.updates.filter((update) => update.drawId === drawId)
  const grows = updates.every(({ totalEntries }, index) => totalEntries >= (updates[index - 1]?.totalEntries ?? 0))
  const adds = updates.every(({ prizePool, totalEntries }) => prizePool === formatCents(potOf(totalEntries)))
  const told = live.statuses.filter((each) => each.drawId === drawId).map(({ status }) => status).join(", ")
  return [
    claim(
      `a client saw the pot grow ${updates.length} times, always 95 cents a ticket`,
      updates.length > 1 && grows && adds
    ),
    claim(`it was told what became of the draw: ${told}`, told.endsWith("locked, drawn")),
    claim(
      `${tally.replayed} of ${tally.retried} purchases that were asked for twice were sold once, with the same answer`,
      tally.retried > 0 && tally.replayed === tally.retried
    )
  ]
}

/** The draw as the server shows it, and the winner's wallet. */
export const winnerPaid = Effect.fn("Claims.winnerPaid")(function*(site: Site, day: Day, played: Played) {
  const { drawId, tally } = played
  const draw = yield* expectJson(200, site.url, "GET", `/lottery/draws/${day}`)
  const sold = tally.soldIn.get(drawId) ?? 0
  const pot = potOf(sold)
  const winningTicketId = textAt(draw, "winningTicketId")
  const held = tally.holdings.get(winningTicketId)
  const drawn = claim(
    `the draw of ${day} is drawn: ${count(sold)} entries, a pot of $${formatCents(pot)}, winner ${winningTicketId}`,
    at(draw, "status") === "drawn" && numberAt(draw, "totalEntries") === sold &&
      at(draw, "prizePool") === formatCents(pot) && held !== undefined
  )
  if (held === undefined) return { claims: [drawn], held }
  const winner = yield* signIn(site, held.player)
  const expected = cents(credit - priceOf(tally.boughtBy.get(winner.id) ?? 0) + pot)
  const balance = yield* balanceOf(site, winner)
  const prizes = yield* prizesOf(site, winner)
  const check = yield* expectJson(200, site.url, "GET", `/lottery/tickets/${winningTicketId}/verify`)
  return {
    held,
    claims: [
      drawn,
      claim(
        `the winner was paid $${formatCents(pot)}, once, and has $${balance}`,
        balance === formatCents(expected) && prizes.length === 1 && prizes[0] === formatCents(pot)
      ),
      claim(
        "the winning ticket's seal holds, and its place in the ticket tree is proved",
        at(check, "sealValid") === true && at(check, "inclusion", "treeSize") === sold
      )
    ]
  }
})

/** The winner's money, out of the house; and the mail that told of all this. `held` is the winner's ticket. */
export const paidOut = Effect.fn("Claims.paidOut")(function*(site: Site, { drawId, tally }: Played, player: Player) {
  const winner = yield* signIn(site, player)
  const prize = formatCents(potOf(tally.soldIn.get(drawId) ?? 0))
  const ended = yield* withdraw(site, winner, prize)
  const balance = yield* balanceOf(site, winner)
  // of the prize nobody was told by mail: the address was not verified yet
  const isTold = (subjects: ReadonlyArray<string>) => subjects.some((subject) => subject.endsWith("paid to your bank"))
  const mails = yield* site.mails.pipe(
    Effect.repeat({ until: isTold, schedule: Schedule.spaced("200 millis") }),
    Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => site.mails })
  )
  return [
    claim(`the winner asked for the prize: $${prize} paid out, ${ended}; $${balance} are left`, ended === "completed"),
    claim(`${mails.length} mails were written, and the winner was told of the payout`, isTold(mails))
  ]
})

/** The books and the bundle, judged by other processes. `vkeys` were fetched before the day began. */
export const booksAndProof = Effect.fn("Claims.booksAndProof")(function*(
  site: Site,
  day: Day,
  vkeys: string,
  held: { readonly ticketId: string; readonly ownerSalt: string; readonly userId: string }
) {
  const bundle = join(site.folder, `${day}.ndjson`)
  const altered = join(site.folder, `${day}-altered.ndjson`)
  const { text } = yield* request(site.url, "GET", `/lottery/draws/${day}/proof`)
  writeFileSync(bundle, text)
  // the hash of the last ticket, one digit changed
  writeFileSync(
    altered,
    text.replace(/([0-9a-f])(","[0-9a-f]{64}","[^"]*"\]\n)$/, (_, digit, rest) => `${digit === "0" ? "1" : "0"}${rest}`)
  )
  // the beacon of development is not drand: it is pinned by its hash
  const pinned = [
    "--vkey",
    vkeys,
    "--chain",
    hash,
    "--ticket",
    held.ticketId,
    "--salt",
    held.ownerSalt,
    "--user",
    held.userId
  ]

  const [audit, genuine, forged] = yield* Effect.all([
    site.ddd("audit", "--json"),
    site.ddd("verify", bundle, ...pinned),
    site.ddd("verify", altered, "--vkey", vkeys, "--chain", hash)
  ], { concurrency: 2 })
  const lastLine = ({ stdout }: { readonly stdout: string }) => stdout.trimEnd().split("\n").at(-1) ?? ""
  const report: unknown = audit.stdout === "" ? {} : JSON.parse(audit.stdout)
  return [
    claim(
      audit.code === 0
        ? `the books balance, says ddd audit of ${count(numberAt(report, "counted", "transactions"))} movements`
        : `ddd audit: ${audit.stderr}${JSON.stringify(at(report, "findings") ?? [])}`,
      audit.code === 0 && at(report, "holds") === true
    ),
    claim(
      `ddd verify says of the proof bundle: ${lastLine(genuine)}`,
      genuine.code === 0 && lastLine(genuine) === "VALID BEACON"
    ),
    claim(`and of the same with one digit changed: ${lastLine(forged)}`, forged.code === 1)
  ]
})
