/**
 * Makes a Linux binary that was linked against glibc 2.38 loadable by an older one.
 *
 * The build of uWebSockets.js asks for glibc 2.38 (Ubuntu 24.04) on account of `__isoc23_sscanf`, `__isoc23_strtol` and
 * `__isoc23_strtoul` alone, the C23 twins of functions that every glibc has and that differ in reading `0b101` only.
 * Here these symbols get back their plain names and version, so that it loads on Debian 12 (glibc 2.36) too.
 */

const twin = "__isoc23_"
const wanted = "GLIBC_2.38"
/** The version under which x86-64's glibc has carried the plain functions since its beginning. */
const plain = "GLIBC_2.2.5"

/** Section types of ELF (gABI; the two of GNU are in the LSB). */
const dynamicSymbols = 11
const symbolVersions = 0x6fffffff
const versionsNeeded = 0x6ffffffe

/**
 * A copy of `binary`, an ELF64 shared object for x86-64, whose `GLIBC_2.38` symbols are bound to `GLIBC_2.2.5`.
 *
 * Throws `Error` where the file is not such an object, or needs from 2.38 anything but the C23 twins.
 */
export const rebind = (binary: Uint8Array): Buffer => {
  const elf = Buffer.from(binary)
  const u16 = (at: number) => elf.readUInt16LE(at)
  const u32 = (at: number) => elf.readUInt32LE(at)
  const u64 = (at: number) => Number(elf.readBigUInt64LE(at))
  const text = (at: number) => elf.toString("latin1", at, elf.indexOf(0, at))

  if (elf.length < 64 || u32(0) !== 0x464c457f) throw new Error("not an ELF file")
  const sections = Array.from({ length: u16(0x3c) }, (_, i) => {
    const at = u64(0x28) + i * u16(0x3a)
    return { type: u32(at + 4), offset: u64(at + 24), size: u64(at + 32), link: u32(at + 40), count: u32(at + 44) }
  })
  const section = (type: number) => found(sections.find((each) => each.type === type), `section type ${type}`)
  const symbols = section(dynamicSymbols)
  const versions = section(symbolVersions)
  const needed = section(versionsNeeded)
  const names = found(sections[symbols.link], "the symbols' names").offset

  const libc = new Map<string, { readonly at: number; readonly index: number }>()
  for (let need = needed.offset, i = 0; i < needed.count; i++, need += u32(need + 12)) {
    if (text(names + u32(need + 4)) !== "libc.so.6") continue
    for (let entry = need + u32(need + 8), j = 0; j < u16(need + 2); j++, entry += u32(entry + 12)) {
      libc.set(text(names + u32(entry + 8)), { at: entry, index: u16(entry + 6) })
    }
  }
  const from = found(libc.get(wanted), wanted)
  const to = found(libc.get(plain), plain)

  for (let i = 0; i < symbols.size / 24; i++) {
    const version = versions.offset + i * 2
    if ((u16(version) & 0x7fff) !== from.index) continue
    const symbol = symbols.offset + i * 24
    const name = text(names + u32(symbol))
    if (!name.startsWith(twin)) throw new Error(`${name} exists in ${wanted} only`)
    elf.writeUInt32LE(u32(symbol) + twin.length, symbol) // names share their tails: the plain one begins later
    elf.writeUInt16LE(to.index, version)
  }
  // what is now unused asks for the plain version as well (its hash, its name), or the loader would still refuse the file
  elf.writeUInt32LE(u32(to.at), from.at)
  elf.writeUInt32LE(u32(to.at + 8), from.at + 8)
  return elf
}

const found = <A>(value: A | undefined, what: string): A => {
  if (value === undefined) throw new Error(`${what} is missing from the ELF file`)
  return value
}
