/** The hash that the verifier computes with here: one place, for whoever knows a faster one that runs in browsers. */
export { fastSha256 as verifierHash } from "@ddd/core/hash/Sha256Batch"
