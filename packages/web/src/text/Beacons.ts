/** What may be said of the beacon that a draw's records name: no more than they support. */
import { drandHashes } from "@ddd/core/proof/Chains"

/** `public`: one of drand's chains, which nobody can choose. `own`: any other, which is as good as whoever runs it. */
export type BeaconKind = "none" | "own" | "public"

/** The kind of the chain of that hash (64 hex digits); null: the records name none. */
export const beaconKindOf = (chainHash: string | null): BeaconKind =>
  chainHash === null ? "none" : drandHashes.includes(chainHash) ? "public" : "own"

/** What the beacon adds to how a winner is found. */
export const beaconNotes: { readonly [K in BeaconKind]: string } = {
  public:
    "It also takes the signature of a public beacon, drand, which does not exist before the lock: while tickets are sold nobody can know who wins, the operator included.",
  own:
    "It also takes the signature of a beacon that is not one of drand’s public ones. Whoever runs that beacon may know it early: it shows as much as they can be trusted.",
  none:
    "This draw goes without a public beacon. Its operator knows the seed while tickets are sold; that it takes no advantage of that is its word."
}

/** What a reader gains by verifying. */
export const verifyNotes: { readonly [K in BeaconKind]: string } = {
  public: "You need not believe any of this: ",
  own: "The rest you need not believe: ",
  none: "The rest you need not believe: "
}
