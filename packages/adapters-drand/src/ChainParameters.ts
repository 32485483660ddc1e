/** A chain's parameters as relays tell them (`GET /<chain hash>/info`), read from a setting: nothing of them is taken on trust later. */
import { nobleSha256 } from "@ddd/core/hash/Hash"
import { chainHash, type ChainInfo, quicknetScheme } from "@ddd/core/proof/Beacon"
import { toHex } from "@ddd/core/values/Bytes"
import { Data, Result, Schema } from "effect"

/** The text does not describe a chain that draws can wait for; `reason` says why. */
export class ChainUnusable extends Data.TaggedError("ChainUnusable")<{ readonly reason: string }> {}

const Info = Schema.fromJsonString(Schema.Struct({
  public_key: Schema.String,
  period: Schema.Int,
  genesis_time: Schema.Int,
  hash: Schema.optionalKey(Schema.String),
  groupHash: Schema.String,
  schemeID: Schema.String,
  metadata: Schema.Struct({ beaconID: Schema.String })
}))
const decode = Schema.decodeUnknownResult(Info)

/** Reads what `/info` tells. `groupHash` is the chain's genesis seed. */
export const readChainParameters = (text: string): Result.Result<ChainInfo, ChainUnusable> => {
  const refuse = (reason: string) => Result.fail(new ChainUnusable({ reason }))
  const decoded = decode(text)
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
