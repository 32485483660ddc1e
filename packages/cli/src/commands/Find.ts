/** `ddd find`: what bears a name, whatever kind of name it is, and the command that shows each. Exit code 1 where nothing does. */
import { formatCents } from "@ddd/core/money/Money"
import { type Found, type FoundKind, lookedFor, readingsOf } from "@ddd/core/operators/Search"
import { Accounts, type UserSummary } from "@ddd/core/ports/Accounts"
import { Lookup } from "@ddd/core/ports/Lookup"
import type { UserId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Effect } from "effect"
import { done, refuted } from "../ExitCode.ts"
import { callable } from "../Invocation.ts"
import { print, printJson, style } from "../terminal/Output.ts"
import { fitted } from "../terminal/Table.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "./Declaration.ts"
import { onAccounts } from "./OnDatabase.ts"

/** The command that shows what was found. What others have named is in none: it would have to be quoted. */
const showing: { readonly [Kind in FoundKind]: (id: string, userId: UserId | null) => string } = {
  "ticket": (id) => `ddd ticket show ${id}`,
  "draw": (id) => `ddd draw show ${id}`,
  "room": (id) => `ddd room show ${id}`,
  "movement": (_, userId) => `ddd user show ${userId}`,
  "purchase": (_, userId) => userId === null ? "ddd purchases list" : `ddd user show ${userId}`,
  "checkout": (id) => `ddd checkouts show ${id}`,
  "withdrawal": (id) => `ddd withdrawals show ${id}`,
  "payout account": (_, userId) => `ddd user show ${userId}`,
  "event": (id) => `ddd webhooks show ${id}`,
  "approval": () => "ddd approvals list",
  "log entry": (id) => `ddd log show ${id}`
}

/** Something found, as it is listed. */
interface Listed extends Omit<Found, "kind"> {
  readonly kind: FoundKind | "player"
  readonly command: string
}

const listedOf = (found: Found): Listed => ({ ...found, command: showing[found.kind](found.id, found.userId) })

const ofPlayer = ({ createdAt, erased, frozen, id, username }: UserSummary): Listed => ({
  kind: "player",
  id,
  userId: id,
  state: erased ? "erased" : frozen ? `${username}, frozen` : username,
  amount: null,
  at: createdAt,
  command: `ddd user show ${id}`
})

const listedJson = ({ amount, at, ...found }: Listed) => ({
  ...found,
  amount: amount === null ? null : formatCents(amount),
  at: formatInstant(at)
})

const foundTable = (found: ReadonlyArray<Listed>): string =>
  fitted([
    ["WHAT", "ID", "STATE", "AMOUNT", "WHEN", "SHOWN BY"],
    ...found.map((each) => {
      const { command, id, kind, state } = visibleData(each)
      return [
        kind,
        id,
        state,
        each.amount === null ? "" : formatCents(each.amount),
        formatInstant(each.at),
        style.dim(callable(command))
      ]
    })
  ], { right: [3], yields: [4, 2, 3, 1] })

const run = Effect.fn("ddd find")(function*(text: string, { json }: JsonFlag) {
  const readings = readingsOf(text)
  const found = yield* onAccounts(Effect.gen(function*() {
    const player = yield* (yield* Accounts).find(text)
    const others = yield* (yield* Lookup).find(readings)
    return [...player === null ? [] : [ofPlayer(player)], ...others.map(listedOf)]
  }))
  yield* json === true
    ? printJson({ lookedFor: lookedFor(readings), found: found.map(listedJson) })
    : print(
      found.length === 0
        ? `Nothing is called ${visible(text)}. Looked for: ${lookedFor(readings).join(", ")}.`
        : foundTable(found)
    )
  return found.length === 0 ? refuted : done
})

export const find: Declare = (perform) =>
  command(
    "find",
    "what bears an id, a name, an address, a number, a code, a day or a reference; exit code 1 where nothing does",
    "ddd find DDL-20260203-7K3QX",
    "ddd find app_store:2000000123",
    "ddd find po_1QxYz"
  )
    .argument("<text>", "as it was told to you, in any case but for names of shops and the payout provider")
    .addOption(jsonOption())
    .action((text, flags) => perform(run(text, flags)))
