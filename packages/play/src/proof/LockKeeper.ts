/** Keeps the lock records of the player's draws on the device. Loaded when the app is at rest: it is larger than the rest. */
import { type KeptLock, Proofs } from "@ddd/client/proof"
import { client, ports } from "../server/Server.ts"
import { knownKeys } from "./Keys.ts"

let made: Promise<Proofs> | undefined

/** With the keys that the device has kept, since only what they signed is worth keeping. */
const makeProofs = async (): Promise<Proofs> => {
  const { kept } = await knownKeys()
  return new Proofs({ client, storage: ports.storage, lock: ports.lock, keys: kept })
}

const proofs = (): Promise<Proofs> => made ??= makeProofs()

/** Begins something that goes on; gives what ends it, also where it has not begun yet. */
const begin = (start: (proofs: Proofs) => () => void): () => void => {
  let end = () => {}
  let isOver = false
  proofs().then((made) => {
    if (!isOver) end = start(made)
    // what cannot be read now is read with the next visit
  }, () => {})
  return () => {
    isOver = true
    end()
  }
}

/** Keeps them from now on; what cannot be kept is tried again with the next connection. */
export const keepLocks = (): () => void => begin((proofs) => proofs.start())

/** The same of a room that the player is in. */
export const keepLockOfRoom = (roomId: string): () => void => begin((proofs) => proofs.watchRoom(roomId))

export const keptLock = async (drawId: string): Promise<KeptLock | null> =>
  (await (await proofs()).kept()).find((kept) => kept.drawId === drawId) ?? null
