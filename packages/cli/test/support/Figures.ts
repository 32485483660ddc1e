/** Prometheus' text format, read strictly: what `/metrics` says. */
import { assert } from "@effect/vitest"

export interface Family {
  readonly type: string
  readonly help: string
  /** The names of its labels; of a histogram without `le`. */
  readonly labels: ReadonlyArray<string>
  readonly series: ReadonlyArray<
    { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }
  >
}

const labelForm = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)",?/y

const labelsOf = (text: string): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {}
  labelForm.lastIndex = 0
  while (labelForm.lastIndex < text.length) {
    const [, name = "", value = ""] = labelForm.exec(text) ?? assert.fail(`no labels: ${text}`)
    labels[name] = value
  }
  return labels
}

/** The families by their names; fails where the text is not what Prometheus reads. */
export const readFigures = (text: string): ReadonlyMap<string, Family> => {
  assert.isTrue(text.endsWith("\n"))
  const families = new Map<string, { type: string; help: string; series: Array<Family["series"][number]> }>()
  let help = ""
  let current:
    | { name: string; family: { type: string; help: string; series: Array<Family["series"][number]> } }
    | undefined
  for (const line of text.slice(0, -1).split("\n")) {
    const [, said, name = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? []
    if (said === "HELP") help = rest
    else if (said === "TYPE") {
      assert.isFalse(families.has(name), `${name} stands in one place`)
      current = { name, family: { type: rest, help, series: [] } }
      families.set(name, current.family)
    } else {
      const [, series = "", labels = "", value = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ??
        assert.fail(`no sample: ${line}`)
      const suffix = series.slice(current?.name.length ?? 0)
      assert.isTrue(series.startsWith(current?.name ?? " "), `${series} stands below its type`)
      assert.include(current?.family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""], suffix)
      const number = value === "+Inf" ? Infinity : Number(value)
      assert.isFalse(Number.isNaN(number), line)
      current?.family.series.push({ name: series, labels: labelsOf(labels), value: number })
    }
  }
  return new Map(Array.from(families, ([name, family]) => [name, {
    ...family,
    labels: [...new Set(family.series.flatMap(({ labels }) => Object.keys(labels)))].filter((label) =>
      family.type !== "histogram" || label !== "le"
    ).sort()
  }]))
}

/** The value of a series; fails where it is not there. */
export const valueOf = (
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number => {
  const series = [...families.values()].flatMap((family) => family.series).find((each) =>
    each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value)
  )
  return series?.value ?? assert.fail(`there is no ${name} ${JSON.stringify(labels)}`)
}
