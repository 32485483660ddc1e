/** What a task takes: time, and CPU of this process and of PostgreSQL. */
import { aligned } from "@ddd/cli/terminal/Table"
import { Clock, Effect } from "effect"
import { cpuMillisOf } from "./CpuTime.ts"

export interface Meter {
  /** Does it, and adds a line of that name to the table. */
  readonly measure: <A, E, R>(name: string, task: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** A line for each that was measured. */
  readonly table: () => string
}

export const makeMeter = (postgresPid: number): Meter => {
  const rows: Array<ReadonlyArray<string>> = []
  return {
    measure: Effect.fnUntraced(function*(name, task) {
      const [began, own, postgres] = [yield* Clock.currentTimeMillis, process.cpuUsage(), cpuMillisOf(postgresPid)]
      const result = yield* task
      const { system, user } = process.cpuUsage(own)
      rows.push([
        name,
        (((yield* Clock.currentTimeMillis) - began) / 1000).toFixed(1),
        ((system + user) / 1000).toFixed(0),
        (cpuMillisOf(postgresPid) - postgres).toFixed(0)
      ])
      return result
    }),
    table: () => aligned([["", "seconds", "CPU ms: this process", "PostgreSQL"], ...rows], [1, 2, 3])
  }
}
