/** Text of our own with what may belong to somebody left out: addresses, ids, tokens, numbers. */

const parts: ReadonlyArray<readonly [RegExp, string]> = [
  [/[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g, "(address)"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "(id)"],
  [/[\w.+/=-]{24,}/g, "(text)"],
  // as providers write them, such as acct_ and 16 characters
  [/\b[a-z]{2,8}_\w{8,}/g, "(id)"],
  [/"[^"]*"/g, "(text)"],
  [/\d{4,}/g, "(number)"]
]

const charactersMax = 500

export const withoutPersons = (text: string): string =>
  parts.reduce((rest, [what, instead]) => rest.replace(what, instead), text.slice(0, charactersMax))
