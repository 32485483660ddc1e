/**
 * `ddd draw void`: declares a draw void, before its week is over, whose beacon's chain is retired.
 *
 * It cannot be undone, so the operator writes the day, or the room's code, once more: on the terminal, or as `--yes`.
 */
import type { Draw } from "@ddd/core/draws/Draw"
import type { EarlyVoidRefusal } from "@ddd/core/draws/EarlyVoid"
import { isUuid } from "@ddd/core/values/Ids"
import { formatInstant, parseDay } from "@ddd/core/values/Instant"
import { visible } from "@ddd/core/values/Visible"
import * as EarlyVoid from "@ddd/core/work/EarlyVoid"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { ask, isSomebodyThere } from "../../terminal/Ask.ts"
import { print, printJson, remark } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { reasonedAct, type ReasonFlag, reasonOption } from "../Guarded.ts"
import { drawing } from "../OnDatabase.ts"
import { findRoom } from "../room/RoomText.ts"
import { findDraw } from "./FindDraw.ts"

/** Nothing was declared void; the message says why, and what to do. */
class NotVoided extends Data.TaggedError("NotVoided")<{ readonly message: string }> {}

/** A draw, and what its operator has to write to confirm. */
interface Named {
  readonly draw: Draw
  readonly name: string
}

const find = Effect.fnUntraced(function*(who: string) {
  const draw = isUuid(who) || parseDay(who) !== undefined
    ? yield* findDraw(who)
    : yield* findDraw((yield* findRoom(who)).id)
  const name = draw.drawDate ?? (yield* findRoom(draw.id)).code
  return { draw, name } satisfies Named
})

const whyRefused = (refusal: EarlyVoidRefusal): string => {
  switch (refusal._tag) {
    case "NotLocked":
      return refusal.status === "drawn" || refusal.status === "void"
        ? `It is ${refusal.status}, for good.`
        : "It is not locked yet. A day is locked at its midnight; a room may be closed by its host, with every ticket refunded."
    case "NoBeacon":
      return "It waits for no beacon, so that it can be drawn: see `ddd draw run`."
    case "PublicChain":
      return `Its chain ${refusal.chainHash} is one of drand's public ones, whose rounds anyone can have: add it to DRAND_CHAIN, and it is drawn.`
    case "Followed":
      return `Its chain ${refusal.chainHash} is followed, so that its round may come still: see \`ddd draw run\`. ` +
        "After a week the server declares it void by itself. Where nobody serves the chain any more, take it out of DRAND_CHAIN first."
    case "FollowedLately":
      return `A server followed its chain ${refusal.chainHash} less than a day ago, so that its round may come still. ` +
        `Where nobody serves the chain any more, take it out of every server's DRAND_CHAIN, and come back after ${
          formatInstant(refusal.until)
        }.`
    case "TooEarly":
      return `Its round is waited for until ${
        formatInstant(refusal.from)
      }, a day after it was due. Add its chain to DRAND_CHAIN, if anybody serves it.`
    case "VoidBegun":
      return "It is declared void already: a server refunds its tickets, some hundreds at a time."
    case "RoundThere":
      return `Its round ${refusal.round} is there, so that it can be drawn: see \`ddd draw run\`.`
  }
}

const refuseWhile = Effect.fnUntraced(function*({ draw, name }: Named) {
  const refusal = yield* EarlyVoid.whyNotVoid(draw)
  if (refusal === null) return
  return yield* new NotVoided({ message: `The draw ${name} is not declared void. ${whyRefused(refusal)}` })
})

const confirm = Effect.fnUntraced(function*({ draw, name }: Named, yes: string | undefined) {
  if (yes === undefined && !isSomebodyThere()) {
    return yield* new NotVoided({ message: `Nobody is there to confirm it. Say --yes ${name} to declare it void.` })
  }
  if (yes === undefined) {
    yield* remark(
      `Nobody wins the draw ${name}: each of its ${draw.totalEntries} tickets is refunded, its seed is revealed, a signed void record says so ` +
        "to everybody, and those who had tickets are told by mail. It is kept that you did it. It cannot be undone."
    )
  }
  const written = yes ?? (yield* ask(`To declare it void, write ${draw.kind === "room" ? "its code" : "its day"}: `))
  if (written.trim().toUpperCase() === name) return
  return yield* new NotVoided({ message: `${visible(JSON.stringify(written))} is not ${name}. Nothing was changed.` })
})

/** `yes`: the day, or the room's code, where it is said beforehand. */
const run = Effect.fn("ddd draw void")(function*(
  who: string,
  { json, yes, ...flags }: JsonFlag & ReasonFlag & { readonly yes?: string }
) {
  const { by, draw, isPaidBack, name } = yield* drawing(Effect.gen(function*() {
    const found = yield* find(who)
    yield* refuseWhile(found)
    yield* confirm(found, yes)
    const act = yield* reasonedAct("draw void", flags)
    if (yield* EarlyVoid.voidEarly(found.draw, act)) {
      return { by: act.operator, isPaidBack: yield* EarlyVoid.payBack(found.draw), ...found }
    }
    // somebody was quicker, and it says what became of it
    yield* refuseWhile({ ...found, draw: yield* findDraw(found.draw.id) })
    return yield* new NotVoided({
      message: `The draw ${found.name} changed meanwhile. Nothing was changed; try again.`
    })
  }))
  yield* json === true
    ? printJson({ id: draw.id, draw: name, void: true, refunded: isPaidBack ? draw.totalEntries : null, by })
    : print(
      `The draw ${name} is ${isPaidBack ? "void" : "declared void"}: ${draw.totalEntries} tickets are ${
        isPaidBack ? "refunded" : "being refunded by a server"
      }. That ${visible(by)} did it is kept with it.`
    )
  return done
})

export const voidDraw: Declare = (perform) =>
  command(
    "void",
    "declare a draw void whose beacon's chain is retired, so that nobody can decide it; asks for its day or code",
    "ddd draw void 2026-02-03",
    "ddd draw void 2026-02-03 --yes 2026-02-03 --reason 'its chain is gone'"
  )
    .argument("<draw>", "a day such as 2026-02-03, an id, or a room's code")
    .option("--yes <name>", "the day, or the room's code, instead of being asked")
    .addOption(reasonOption())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
