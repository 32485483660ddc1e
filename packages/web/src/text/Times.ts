/** Days and times as people read them. */

const utcDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC"
})
const shortUtcDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC"
})

/** In the zone of the reader's device, or the one that is named. */
const localFormat = (options: Intl.DateTimeFormatOptions, timeZone?: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-GB", timeZone === undefined ? options : { ...options, timeZone })
const day: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" }

/** A draw's day: `Tuesday 3 February 2026`. */
export const longDay = (day: string): string => utcDay.format(new Date(`${day}T00:00:00.000Z`)).replace(",", "")

/** The same for lists: `Tue 3 Feb 2026`. */
export const shortDay = (day: string): string => shortUtcDay.format(new Date(`${day}T00:00:00.000Z`)).replace(",", "")

/** The reader's day and time: `Wednesday 4 February, 01:00`. */
export const timeHere = (millis: number, timeZone?: string): string => {
  const date = localFormat(day, timeZone).format(new Date(millis)).replace(",", "")
  return `${date}, ${localFormat({ hour: "2-digit", minute: "2-digit" }, timeZone).format(new Date(millis))}`
}

/** The reader's time to the second, with the day where it is not the one of `now`: `10:30:07`. */
export const secondHere = (millis: number, now: number, timeZone?: string): string => {
  const [then, today] = [millis, now].map((at) => localFormat(day, timeZone).format(new Date(at)).replace(",", ""))
  const time = localFormat({ hour: "2-digit", minute: "2-digit", second: "2-digit" }, timeZone).format(new Date(millis))
  return then === today ? time : `${time} on ${then ?? ""}`
}

/** What is left until a time, in two digits each; nothing is left after it. */
export const remaining = (
  millis: number
): { readonly hours: string; readonly minutes: string; readonly seconds: string } => {
  // a countdown shows 00:00:01 in the last second, and 00:00:00 when it is over
  const seconds = Math.max(0, Math.ceil(millis / 1000))
  const two = (value: number): string => String(value).padStart(2, "0")
  return {
    hours: two(Math.floor(seconds / 3600)),
    minutes: two(Math.floor(seconds / 60) % 60),
    seconds: two(seconds % 60)
  }
}
