/** Money, numbers, days and times as players read them, in their language and their device's zone. */

export interface Formats {
  /** `"12345.60"` → `$12,345.60`. */
  readonly money: (amount: string) => string
  readonly count: (count: number) => string
  /** A draw's day, which is one of UTC: `2026-02-03` → `Tuesday 3 February 2026`. */
  readonly day: (date: string) => string
  /** The same for lists. */
  readonly shortDay: (date: string) => string
  /** `3 February, 10:30`, of an RFC 3339 time. */
  readonly time: (time: string) => string
  /** To the second, today. */
  readonly second: (millis: number) => string
  readonly date: (time: string) => string
  /** How likely one of `all` is where one holds `mine` of them: the number that goes into "1 in …". */
  readonly odds: (mine: number, all: number) => string
}

const isNumeric = (text: string): text is `${number}` => /^-?\d+(\.\d+)?$/.test(text)

export const formatsOf = (locale: string): Formats => {
  const dollars = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol"
  })
  const number = new Intl.NumberFormat(locale)
  const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const long = new Intl.DateTimeFormat(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC"
  })
  const short = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC"
  })
  const here = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" })
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" })
  const second = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
  /** What is no day, as an address may name one, stays as it is. */
  const ofDay = (format: Intl.DateTimeFormat, day: string): string => {
    const millis = Date.parse(`${day}T00:00:00.000Z`)
    return Number.isNaN(millis) ? day : format.format(millis)
  }
  return {
    money: (amount) => isNumeric(amount) ? dollars.format(amount) : amount,
    count: (count) => number.format(count),
    day: (day) => ofDay(long, day),
    shortDay: (day) => ofDay(short, day),
    time: (time) => here.format(new Date(time)),
    second: (millis) => second.format(millis),
    date: (time) => date.format(new Date(time)),
    odds: (mine, all) => {
      const odds = all / mine
      return odds < 10 ? tenth.format(odds) : number.format(Math.round(odds))
    }
  }
}
