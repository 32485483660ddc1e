/** A chain's parameters as relays tell them (`GET /<chain hash>/info`), read from a setting: nothing of them is taken on trust later. */
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { chainHash, type ChainInfo, quicknet, quicknetScheme } from "@ddd/core/proof/Beacon"
import { toHex } from "@ddd/core/values/Bytes"
import { Data, Result, Schema } from "effect"

/** The text does not describe a chain that draws can wait for; `reason` says why. */
export class ChainUnusable extends Data.TaggedError("ChainUnusable")<{ readonly reason: string }> {}

const Info = Schema.Struct({
  public_key: Schema.String,
  period: Schema.Int,
  genesis_time: Schema.Int,
  hash: Schema.optionalKey(Schema.String),
  groupHash: Schema.String,
  schemeID: Schema.String,
  metadata: Schema.Struct({ beaconID: Schema.String })
})
const decodeInfo = Schema.decodeUnknownResult(Info)
const decodeJson = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Unknown))

const refuse = (reason: string) => Result.fail(new ChainUnusable({ reason }))

/** Reads what `/info` tells. `groupHash` is the chain's genesis seed. */
const readInfo = (json: unknown): Result.Result<ChainInfo, ChainUnusable> => {
  if (json === quicknet.beaconID) return Result.succeed(quicknet)
  const decoded = decodeInfo(json)
  if (Result.isFailure(decoded)) return refuse("it is not what a relay's /info tells")
  const info = decoded.success
  if (info.schemeID !== quicknetScheme) {
    return refuse(`its scheme is ${info.schemeID}, and draws need ${quicknetScheme}`)
  }
  const chain: ChainInfo = {
    publicKey: info.public_key,
    period: info.period,
    genesisTime: info.genesis_time,
    genesisSeed: info.groupHash,
    schemeID: info.schemeID,
    beaconID: info.metadata.beaconID
  }
  const hash = chainHash(nobleSha256, chain)
  if (hash === undefined || chain.publicKey.length !== 192) {
    return refuse("its key, seed, period or genesis has no such form")
  }
  if (info.hash !== undefined && info.hash !== toHex(hash)) {
    return refuse(`its hash is ${toHex(hash)}, not ${info.hash}`)
  }
  return Result.succeed(chain)
}

/** Of a list the place, to be put before a reason. */
const ofNth = (nth: number, count: number): string => count === 1 ? "" : `of its ${count} chains number ${nth + 1}: `

/** Reads a chain, as `/info` tells it or by the name `quicknet`, or a JSON array of these: at least one, and none twice. */
export const readChains = (text: string): Result.Result<ReadonlyArray<ChainInfo>, ChainUnusable> => {
  if (text.trim() === quicknet.beaconID) return Result.succeed([quicknet])
  const json = decodeJson(text)
  if (Result.isFailure(json)) return refuse("it is not what a relay's /info tells")
  const listed: ReadonlyArray<unknown> = Array.isArray(json.success) ? json.success : [json.success]
  if (listed.length === 0) return refuse("it names no chain")
  const chains: Array<ChainInfo> = []
  const hashes = new Set<string>()
  for (const [nth, each] of listed.entries()) {
    const read = readInfo(each)
    if (Result.isFailure(read)) return refuse(`${ofNth(nth, listed.length)}${read.failure.reason}`)
    const hash = toHex(chainHash(nobleSha256, read.success) ?? new Uint8Array(0))
    if (hashes.has(hash)) return refuse(`${ofNth(nth, listed.length)}it stands there twice`)
    hashes.add(hash)
    chains.push(read.success)
  }
  return Result.succeed(chains)
}
