/** Writes small files in MaxMind's form (https://maxmind.github.io/MaxMind-DB/), for tests. */
import { isIPv4 } from "node:net"

/** What a record may hold. */
export type Value = string | ReadonlyArray<Value> | { readonly [name: string]: Value }

/** A record as GeoIP2 has them: the country, and its regions from the largest to the smallest. */
export const record = (country: string, ...regions: ReadonlyArray<string>): Value => ({
  country: { iso_code: country },
  ...regions.length > 0 && { subdivisions: regions.map((each) => ({ iso_code: each })) }
})

const control = (type: number, size: number): Buffer => {
  const long = size < 29 ? [] : [size - 29]
  const short = Math.min(size, 29)
  return Buffer.from(type < 8 ? [type << 5 | short, ...long] : [short, type - 7, ...long])
}

const encode = (value: Value): Buffer => {
  if (typeof value === "string") return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (isList(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)])
  const pairs = Object.entries(value)
  return Buffer.concat([control(7, pairs.length), ...pairs.flatMap(([name, each]) => [encode(name), encode(each)])])
}

const isList = (value: ReadonlyArray<Value> | { readonly [name: string]: Value }): value is ReadonlyArray<Value> =>
  Array.isArray(value)

const encodeNumber = (type: 5 | 6 | 9, bytes: number, value: number): Buffer => {
  const digits = Buffer.alloc(bytes)
  digits.writeUIntBE(value, 0, bytes)
  return Buffer.concat([control(type, bytes), digits])
}

/** The bits of an address in the tree; those of IPv4 in one of IPv6 stand behind 96 zeros. */
const bitsOf = (address: string, ipVersion: 4 | 6): string => {
  const bits = isIPv4(address)
    ? address.split(".").map((each) => Number(each).toString(2).padStart(8, "0")).join("")
    : groupsOf(address).map((each) => Number.parseInt(each, 16).toString(2).padStart(16, "0")).join("")
  return ipVersion === 6 ? bits.padStart(128, "0") : bits
}

const groupsOf = (address: string): ReadonlyArray<string> => {
  const [left = "", right = ""] = address.split("::")
  const [before, after] = [left, right].map((text) => text === "" ? [] : text.split(":"))
  if (before === undefined || after === undefined) throw new Error(`${address} is no address`)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after]
}

type Node = [Branch, Branch]
type Branch = Node | { readonly data: number } | undefined

/** A file in which networks (`192.0.2.0/24`, `2001:db8::/32`) have these records; none lies within another. */
export const countryFile = (
  networks: Readonly<Record<string, Value>>,
  { builtAt = new Date(0), ipVersion = 6 }: { readonly builtAt?: Date; readonly ipVersion?: 4 | 6 } = {}
): Buffer => {
  const root: Node = [undefined, undefined]
  const nodes: Array<Node> = [root]
  const data: Array<Buffer> = []
  let dataBytes = 0
  for (const [network, value] of Object.entries(networks)) {
    const [address = "", length = ""] = network.split("/")
    const depth = Number(length) + (isIPv4(address) && ipVersion === 6 ? 96 : 0)
    const path = Array.from(bitsOf(address, ipVersion).slice(0, depth), (bit) => bit === "1" ? 1 : 0)
    let node = root
    for (const bit of path.slice(0, -1)) {
      const next = node[bit]
      if (Array.isArray(next)) node = next
      else {
        const made: Node = [undefined, undefined]
        nodes.push(node[bit] = made)
        node = made
      }
    }
    node[path.at(-1) ?? 0] = { data: dataBytes }
    const bytes = encode(value)
    data.push(bytes)
    dataBytes += bytes.length
  }
  const places = new Map(nodes.map((node, index) => [node, index]))
  const tree = Buffer.alloc(nodes.length * 6)
  const pointerOf = (branch: Branch): number =>
    branch === undefined
      ? nodes.length
      : Array.isArray(branch)
      ? places.get(branch) ?? 0
      : nodes.length + 16 + branch.data
  nodes.forEach(([left, right], index) => {
    tree.writeUIntBE(pointerOf(left), index * 6, 3)
    tree.writeUIntBE(pointerOf(right), index * 6 + 3, 3)
  })
  const metadata: ReadonlyArray<readonly [string, Buffer]> = [
    ["node_count", encodeNumber(6, 4, nodes.length)],
    ["record_size", encodeNumber(5, 2, 24)],
    ["ip_version", encodeNumber(5, 2, ipVersion)],
    ["database_type", encode("Test-City")],
    ["languages", encode([])],
    ["binary_format_major_version", encodeNumber(5, 2, 2)],
    ["binary_format_minor_version", encodeNumber(5, 2, 0)],
    ["build_epoch", encodeNumber(9, 6, Math.trunc(builtAt.getTime() / 1_000))],
    ["description", encode({ en: "of a test" })]
  ]
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"),
    control(7, metadata.length),
    ...metadata.flatMap(([name, value]) => [encode(name), value])
  ])
}
