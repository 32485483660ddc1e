/**
 * The plan's transaction, one ticket each (plan, part 3.2), statement by statement and in its order, by the `pg` client.
 *
 * What the plan leaves out and the schema demands is added where it costs least: the movement's number and the withdrawable
 * part go with the wallet's UPDATE; the position is read, and the clock with it, once the draw is locked; the ticket tree is
 * carried along in the draw's UPDATE. The statements are prepared, once a connection.
 */
import { uuidV7 } from "@ddd/adapters-crypto/Identifiers"
import * as SealingNode from "@ddd/adapters-crypto/SealingNode"
import { keysOf } from "@ddd/cli/Keys"
import { makeSeals } from "@ddd/core/draws/Seals"
import { dailyPrefix } from "@ddd/core/draws/TicketId"
import { Sealing } from "@ddd/core/ports/Sealing"
import { append, decodeFrontier, encodeFrontier } from "@ddd/core/proof/Merkle"
import { drawId, type Position, userId } from "@ddd/core/values/Ids"
import { type Day, instant } from "@ddd/core/values/Instant"
import { Effect, Redacted } from "effect"
import { Client } from "pg"
import { settingsIn } from "../support/Inside.ts"
import { inTurn, serveOrders } from "./Worker.ts"

const lockWallet = { name: "lock-wallet", text: "SELECT balance FROM wallets WHERE user_id = $1 FOR UPDATE" }

const deduct = {
  name: "deduct",
  text: `UPDATE wallets SET balance = balance - 1.00, withdrawable = least(withdrawable, balance - 1.00), seq = seq + 1,
    updated_at = app_now() WHERE user_id = $1 RETURNING balance, seq`
}

const lockDraw = {
  name: "lock-draw",
  text:
    `SELECT total_entries, tree_frontier, greatest(app_now(), last_purchased_at) AS clock FROM draws WHERE id = $1 FOR UPDATE`
}

const insertTicket = {
  name: "insert-ticket",
  text:
    `INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
    seal_key_id, wallet_seq, created_at) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)`
}

const insertTransaction = {
  name: "insert-transaction",
  text:
    `INSERT INTO transactions (id, user_id, type, amount, balance_after, reference_id, created_at, wallet_seq, counter_account)
    VALUES ($1, $2, 'ticket_purchase', -1.00, $3, $4, $5, $6, $7)`
}

const updateDraw = {
  name: "update-draw",
  text: `UPDATE draws SET prize_pool = prize_pool + 0.95, total_entries = total_entries + 1, last_purchased_at = $2,
    tree_frontier = $3 WHERE id = $1`
}

interface WalletRow {
  readonly balance: string
  readonly seq: string
}

interface DrawRow {
  readonly total_entries: number
  readonly tree_frontier: Buffer
  readonly clock: Date
}

/** The one row that a statement gives. */
const only = <Row>({ rows }: { readonly rows: ReadonlyArray<Row> }): Row => {
  const [row] = rows
  if (row === undefined) throw new Error("there is no such row")
  return row
}

const configured = Effect.gen(function*() {
  const settings = yield* settingsIn(process.env)
  const { sealing } = yield* keysOf(settings)
  if (settings.DATABASE_URL === undefined) return yield* Effect.die(new Error("DATABASE_URL is missing"))
  const seals = makeSeals(yield* Effect.provide(Sealing, SealingNode.layer(sealing)))
  return { connectionString: Redacted.value(settings.DATABASE_URL), seals }
})

serveOrders(async (buyers) => {
  const { connectionString, seals } = await Effect.runPromise(configured)
  const nextBuyer = inTurn(buyers)
  const clients: Array<Client> = []

  const connect = async (): Promise<void> => {
    const client = new Client({ connectionString })
    await client.connect()
    clients.push(client)
  }
  await connect()
  const draw = only(
    await clients[0]!.query<{ id: string; date: Day; key: string }>(
      "SELECT id, draw_date::text AS date, seal_key_id AS key FROM draws WHERE status = 'open'"
    )
  )
  const id = drawId(draw.id)
  const numbering = seals.numberingOf({ id, prefix: dailyPrefix(draw.date), sealKeyId: draw.key, epoch: 0 })

  const sellOne = async (client: Client, buyer: string): Promise<void> => {
    await client.query("BEGIN")
    const { balance } = only(await client.query<WalletRow>({ ...lockWallet, values: [buyer] }))
    if (Number(balance) < 1) {
      await client.query("ROLLBACK")
      throw new Error(`the wallet of ${buyer} is empty`)
    }
    const paid = only(await client.query<WalletRow>({ ...deduct, values: [buyer] }))
    const pool = only(await client.query<DrawRow>({ ...lockDraw, values: [id] }))

    const position = pool.total_entries + 1 as Position
    const purchasedAt = instant(pool.clock.getTime())
    const ticketId = numbering(position)
    const seal = seals.currentIn(0).seal({ ticketId, drawId: id, userId: userId(buyer), position, purchasedAt })
    const frontier = decodeFrontier(pool.tree_frontier)
    if (frontier === undefined) throw new Error("the carried tree cannot be read")
    const grown = encodeFrontier(append(seals.hash, frontier, [seal.leafHash]))

    await client.query({
      ...insertTicket,
      values: [
        uuidV7(purchasedAt),
        ticketId,
        id,
        buyer,
        position,
        seal.ticketHash,
        Buffer.from(seal.ownerCommit),
        seals.currentIn(0).keyId,
        paid.seq,
        pool.clock
      ]
    })
    await client.query({
      ...insertTransaction,
      values: [uuidV7(purchasedAt), buyer, paid.balance, ticketId, pool.clock, paid.seq, `draw:${id}`]
    })
    await client.query({ ...updateDraw, values: [id, pool.clock, Buffer.from(grown)] })
    await client.query("COMMIT")
  }

  return async (atOnce) => {
    while (clients.length < atOnce) await connect()
    return (lane) => sellOne(clients[lane]!, nextBuyer().userId)
  }
})
