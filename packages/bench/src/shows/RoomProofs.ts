/** What rooms leave behind: a bundle that proves each, and every cent where it belongs. */
import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import { type Cents, cents } from "@ddd/core/money/Money"
import { parseVerifierKey } from "@ddd/core/proof/Note"
import { verifyBundle } from "@ddd/core/proof/Verifier"
import { houseUserId } from "@ddd/core/values/Ids"
import { Effect, Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { roomProofPath } from "../support/RoomRequests.ts"
import { type Environment, runCommand } from "../support/ServerProcess.ts"
import { balancesOf } from "./Books.ts"
import { look, type PlayedRoom, type Scene } from "./RoomScene.ts"
import { must, Refuted } from "./Show.ts"

const fetched = (url: string, headers: Readonly<Record<string, string>>) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(url, { headers })
      const text = await response.text()
      if (!response.ok) throw new Error(`${response.status} ${text}`)
      return text
    },
    catch: (error) => new Refuted({ message: `${url} was not answered: ${String(error)}` })
  })

/** The proof bundle of a room, as one of its members fetches it: the last to buy, else the host. */
export const roomBundle = ({ ports }: Scene, { holdings, host, id }: PlayedRoom) => {
  const { accessToken } = holdings.at(-1)?.player ?? host
  return fetched(`http://127.0.0.1:${ports[1]}${roomProofPath(id)}`, { authorization: `Bearer ${accessToken}` })
}

const LineJson = Schema.fromJsonString(Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.String]))

/** The ticket ids of a bundle, in the order of their positions. */
export const bundledTickets = (bundle: string): ReadonlyArray<string> =>
  bundle.split("\n").slice(1, -1).map((line) => Schema.decodeSync(LineJson)(line)[0])

/** Fails unless these are the tickets that were acknowledged in the room, each at the position that its buyer was told. */
export const requireHeld = ({ holdings, id }: PlayedRoom, ticketIds: ReadonlyArray<string>) =>
  must(
    ticketIds.length === holdings.length &&
      holdings.every(({ position, ticketId }) => ticketIds[position - 1] === ticketId),
    () => `the bundle of room ${id} holds ${ticketIds.join(" ")}; sold were ${JSON.stringify(holdings)}`
  )

const pot = 95n
const fee = 5n

/** How many bundles are given to the command as well. */
const sampleMax = 3

/**
 * Fails unless every room that was drawn is proved by its bundle, every one that was closed is declared void, and every wallet, the
 * house's too, holds what follows from the answers. Gives the findings. `funds`: what each player began with.
 */
export const judgeRooms = Effect.fnUntraced(function*(environment: Environment, scene: Scene, funds: Cents) {
  const vkey = (yield* fetched(`http://127.0.0.1:${scene.ports[0]}/log/vkey`, {})).trim()
  const key = parseVerifierKey(nodeSha256, vkey)
  if (key === undefined) return yield* new Refuted({ message: `${vkey} is no verifier key` })
  const owed = new Map(scene.players.map(({ userId }) => [userId, BigInt(funds)]))
  const credit = (userId: string, amount: bigint) => owed.set(userId, (owed.get(userId) ?? 0n) + amount)
  const sample: Array<string> = []
  const counts = { drawn: 0, closed: 0, open: 0 }
  let [staked, refunded, won, fees] = [0n, 0n, 0n, 0n]

  for (const room of scene.rooms) {
    const { holdings, id } = room
    const { status, winnerId, winningPosition } = yield* look(scene, room)
    const stake = 100n * BigInt(holdings.length)
    if (status === "closed") {
      refunded += stake
    } else {
      staked += stake
      for (const { player } of holdings) credit(player.userId, -100n)
    }
    if (status === "waiting" || status === "open") {
      counts.open++
      continue
    }
    const bundle = yield* roomBundle(scene, room)
    const { verdict } = yield* Effect.promise(() => verifyBundle(nodeSha256, [Buffer.from(bundle)], { keys: [key] }))
    if (status === "closed") {
      counts.closed++
      yield* must(verdict === "VOID", () => `the closed room ${id} is ${verdict}`)
      continue
    }
    counts.drawn++
    yield* must(status === "drawn" && verdict === "VALID SIGNED", () => `room ${id} is ${status}, ${verdict}`)
    yield* requireHeld(room, bundledTickets(bundle))
    const winner = holdings.find(({ position }) => position === winningPosition)
    yield* must(
      (winner?.player.userId ?? null) === winnerId && (winner === undefined) === (holdings.length === 0),
      () => `room ${id} was won by ${winnerId}, who does not hold position ${winningPosition}`
    )
    if (winnerId !== null) credit(winnerId, pot * BigInt(holdings.length))
    won += pot * BigInt(holdings.length)
    fees += fee * BigInt(holdings.length)
    if (sample.length < sampleMax && holdings.length > 0) {
      const file = join(environment["DATA_DIR"] ?? "", `room-${id}`)
      writeFileSync(file, bundle)
      sample.push(file)
    }
  }
  for (const file of sample) {
    const { code, stdout } = yield* runCommand({}, "verify", file, "--vkey", vkey)
    yield* must(code === 0 && stdout.endsWith("\nVALID SIGNED\n"), () => `ddd verify ended with ${code}:\n${stdout}`)
  }

  const [house = cents(0n), ...balances] = yield* balancesOf(environment, [{ userId: houseUserId }, ...scene.players])
  yield* must(house === fees, () => `the house has ${house} cents instead of ${fees}`)
  const wrong = scene.players.flatMap(({ userId }, index) =>
    balances[index] === owed.get(userId)
      ? []
      : [`player ${index} has ${balances[index]} cents instead of ${owed.get(userId)}`]
  )
  yield* must(wrong.length === 0, () => wrong.slice(0, 10).join("\n"))
  const put = funds * BigInt(scene.players.length)
  const left = balances.reduce((sum, balance) => sum + balance, 0n)
  return [
    `${counts.drawn} rooms drawn: each bundle, fetched by a member, VALID SIGNED under the log's key, and holds the tickets that were ` +
    `acknowledged and no other; ${sample.length} of them by ddd verify`,
    `${counts.closed} rooms closed: each VOID; ${counts.open} rooms still open`,
    `cents: ${put} in; ${refunded} paid for tickets and given back; ${staked} staked, ${won} of them won, ${fees} of them fees, ` +
    `${staked - won - fees} in open rooms; ${left} in ${scene.players.length} wallets, each exact`
  ]
})
