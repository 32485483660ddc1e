/** Private rooms, live. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Room, RoomReceipt } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"
import { useMoney, usePages } from "./Asking.ts"
import { keys, retries } from "./Keys.ts"
import { useClient } from "./Provider.ts"
import { asPlayer, usePlayerId, watchPlayer } from "./Session.ts"

/** Those that the player is in, newest first, a page at a time. */
export const useRooms = () => {
  const client = useClient()
  const userId = usePlayerId()
  return usePages<Room>(
    keys.player(userId, "rooms"),
    (from) => asPlayer(client, userId, () => client.rooms.rooms(from)),
    userId !== null
  )
}

/** A room, by its id. `isLive`: it is as it is now; otherwise it may be old, and is asked for again by itself. */
export const useRoom = (roomId: string) => {
  const client = useClient()
  const queries = useQueryClient()
  const userId = usePlayerId()
  const [isLive, setLive] = useState(false)
  useEffect(() => {
    if (userId === null) return
    const queryKey = keys.player(userId, "room", roomId)
    let wasLive = false
    const player = watchPlayer(client, userId)
    const end = client.live.watchRoom(roomId, ({ data, isStale }) => {
      if (!player.isStill) return
      setLive(!isStale)
      const known = queries.getQueryData<Room>(queryKey)
      if (known !== undefined && data !== null) {
        const { participants, prizePool, seed, status, winnerId, winningPosition } = data
        queries.setQueryData<Room>(queryKey, {
          ...known,
          participants: [...participants],
          prizePool,
          ...(status === undefined ? {} : { status }),
          ...(seed === undefined ? {} : { seed }),
          ...(winnerId === undefined ? {} : { winnerId }),
          ...(winningPosition === undefined ? {} : { winningPosition })
        })
      }
      // of a room that is closed the seed is not told
      if (!isStale && (!wasLive || known === undefined || data?.status !== undefined)) {
        void queries.invalidateQueries({ queryKey })
      }
      wasLive = !isStale
    })
    return () => {
      end()
      player.end()
    }
  }, [client, queries, roomId, userId])
  const query = useQuery<Room, ClientError>({
    queryKey: keys.player(userId, "room", roomId),
    queryFn: () => asPlayer(client, userId, () => client.rooms.room(roomId)),
    enabled: userId !== null,
    ...retries
  })
  return { ...query, isLive }
}

/** Buys the player's one ticket of a room, by its id, once. */
export const useRoomPurchase = () => {
  const client = useClient()
  return useMoney<RoomReceipt, string>((roomId) => client.rooms.purchaseTicket(roomId), ({ wallet }) => wallet)
}
