#!/usr/bin/env node
/**
 * `bench:sell`: tickets sold a second by the plan's transaction, by this design at its port, and by this design over HTTP, on each engine;
 * with `--unlimited 512` also without limits of requests.
 *
 * They take turns, each on a database of its own in one PostgreSQL, so that whatever else the machine does falls on all
 * of them; medians are compared. It fails where the play was not fair or the books do not hold, never because of a figure.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { Effect } from "effect"
import { contest, type Figure } from "./sell/Contest.ts"
import { type Way, ways } from "./sell/Stage.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: {
    buyers: { type: "string", default: "2000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "15" },
    plan: { type: "string", default: "8,16,32" },
    port: { type: "string", default: "1024" },
    http: { type: "string", default: "512" },
    unlimited: { type: "string", default: "" },
    uws: { type: "string", default: "512" }
  }
})

/** An empty text: the way has no turns. */
const numbers = (text: string): ReadonlyArray<number> => text === "" ? [] : text.split(",").map(Number)

const bestOf = (figures: ReadonlyArray<Figure>, way: Way): number =>
  Math.max(0, ...figures.filter((figure) => figure.way === way).map(({ median }) => median))

const rate = (value: number): string => value.toFixed(0)
const millis = (value: number): string => value === 0 ? "–" : value.toFixed(0)

const table = (figures: ReadonlyArray<Figure>): string =>
  aligned(
    [
      ["way", "at once", "tickets/s", "rounds", "CPU ms per 1,000 tickets: buyer", "server", "PostgreSQL"],
      ...figures.map(({ atOnce, cpu, median, rates, way }) => [
        way,
        String(atOnce),
        rate(median),
        rates.map(rate).join(" "),
        millis(cpu.buyer),
        millis(cpu.server),
        millis(cpu.postgres)
      ])
    ],
    [1, 2, 4, 5, 6]
  )

runProgram(Effect.gen(function*() {
  const figures = yield* contest({
    buyers: Number(values.buyers),
    buyersMin: Number(values.buyers),
    rounds: Number(values.rounds),
    millis: Number(values.seconds) * 1000,
    atOnce: {
      plan: numbers(values.plan),
      port: numbers(values.port),
      http: numbers(values.http),
      unlimited: numbers(values.unlimited),
      uws: numbers(values.uws)
    }
  }, remark)
  yield* print(table(figures))
  yield* print("fair play and the books were checked: fsync, synchronous_commit, schema, seals, buyers, keys, audit")
  const best = (way: Way) => bestOf(figures, way)
  const played = ways.filter((way) => best(way) > 0)
  const parts = [
    ...played.map((way) => `${way}=${rate(best(way))}/s`),
    ...(["port", "http"] as const)
      .filter((way) => played.includes(way) && played.includes("plan"))
      .map((way) => `${way}/plan=${(best(way) / best("plan")).toFixed(1)}`)
  ]
  yield* print(`sell: ${parts.join(" ")}`)
}))
