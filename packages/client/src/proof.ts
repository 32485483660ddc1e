/** `@ddd/client/proof`: draws kept and verified on the device. An entry of its own: the verifier is as large as the rest. */
export type { Verdict } from "@ddd/core/proof/Verdict"
export type { DrawReveal, LockedDraw } from "./proof/DrawReveal.ts"
export type { KeptLock } from "./proof/LockRecords.ts"
export { type ProofPorts, Proofs } from "./proof/Proofs.ts"
