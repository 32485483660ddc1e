/** Numbers as people read them: `12,345`. Never for JSON, records or amounts of money. */

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** A whole number, or the nearest one. */
export const count = (value: number | bigint): string => whole.format(value)

/** With one decimal: `12.3`. */
export const withTenths = (value: number): string => tenths.format(value)
