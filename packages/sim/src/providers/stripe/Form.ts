/** Form bodies and queries as Stripe's libraries write them: `metadata[withdrawal]=…`, `include[0]=…`. */

/** A parsed form; in a JSON body, a value may be of any kind. */
export interface Form {
  readonly [name: string]: unknown
}

const partsOf = (name: string): Array<string> =>
  name.split("[").map((part, index) => index === 0 ? part : part.replace(/\]$/, ""))

/** Gives lists the form of lists: what is named 0, 1, 2 … */
const listed = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([name, part]) => [name, listed(part)] as const)
  return entries.length > 0 && entries.every(([name], index) => name === String(index))
    ? entries.map(([, part]) => part)
    : Object.fromEntries(entries)
}

type Branch = Map<string, string | Branch>

const plain = (branch: Branch): Form =>
  Object.fromEntries(
    [...branch].map(([name, value]) => [name, typeof value === "string" ? value : listed(plain(value))])
  )

/** Reads `a[b]=1&c=2` as `{a: {b: "1"}, c: "2"}`. All leaves are texts. */
export const parseForm = (text: string): Form => {
  const root: Branch = new Map()
  for (const [name, value] of new URLSearchParams(text)) {
    const parts = partsOf(name)
    const leaf = parts.pop() ?? ""
    let branch = root
    for (const part of parts) {
      const next = branch.get(part)
      const child: Branch = next instanceof Map ? next : new Map()
      if (child !== next) branch.set(part, child)
      branch = child
    }
    // `include[]=a&include[]=b`: each is the next of the list
    branch.set(leaf === "" ? String(branch.size) : leaf, value)
  }
  return plain(root)
}

/** A part of a form that is a form itself. */
export const formAt = (form: Form, name: string): Form => {
  const value = form[name]
  return typeof value === "object" && value !== null ? { ...value } : {}
}

export const textAt = (form: Form, name: string): string | undefined => {
  const value = form[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** A whole number; undefined for none, NaN for what is no whole number. */
export const integerAt = (form: Form, name: string): number | undefined => {
  const text = textAt(form, name)
  return text === undefined ? undefined : /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}

/** The texts of a part that is a form: metadata. */
export const textsAt = (form: Form, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(formAt(form, name)).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  )
