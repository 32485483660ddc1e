/** Everything that `ddd doctor` looks at. None of it changes anything, and each check ends within seconds. */
import { Effect } from "effect"
import { type Environment, readableOf, readConfig } from "../config/Config.ts"
import { everyNeed } from "../config/Variables.ts"
import { databaseChecks } from "./DatabaseChecks.ts"
import { failed, type Finding, ok } from "./Finding.ts"
import { machineChecks } from "./MachineChecks.ts"
import { outsideChecks } from "./OutsideChecks.ts"

/** What was found, in the order in which it is read: the settings, the database, this machine, the services. */
export const examine = Effect.fnUntraced(function*(environment: Environment) {
  const reading = readConfig(environment, everyNeed)
  const settings = readableOf(reading)
  const complete = reading.problems.length === 0
  const ofSettings: ReadonlyArray<Finding> = complete
    ? [{ check: "settings", ...ok("Every setting can be used, and nothing is set that is not read.") }]
    : reading.problems.map(({ message }) => ({ check: "settings", ...failed(message) }))
  if (settings === null) return ofSettings
  const [ofDatabase, others] = yield* Effect.all([
    databaseChecks(settings, complete),
    Effect.all([...machineChecks(settings), ...outsideChecks(settings)], { concurrency: "unbounded" })
  ], { concurrency: "unbounded" })
  return [...ofSettings, ...ofDatabase, ...others]
})
