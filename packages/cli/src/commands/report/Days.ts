/** Days, as the commands that report take them. */
import { type Day, parseDay } from "@ddd/core/values/Instant"
import { InvalidArgumentError } from "commander"

export const readDay = (text: string): Day => {
  const day = parseDay(text)
  if (day === undefined) throw new InvalidArgumentError("It must be a day such as 2026-02-03.")
  return day
}
