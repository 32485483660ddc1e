/** Rooms as their decisions read them. */
import * as fc from "fast-check"
import { drawStatuses } from "../../src/draws/Draw.ts"
import type { RoomState } from "../../src/rooms/RoomState.ts"
import { type UserId, userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

export const noon = instant(Date.UTC(2026, 1, 3, 12))
export const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-00000000000${n}`)
export const [host, guest, stranger] = [user(0), user(1), user(9)]

export const room = (rest: Partial<RoomState> = {}): RoomState => ({
  hostId: host,
  status: "open",
  maxParticipants: 3,
  members: [{ userId: host, hasTicket: false }, { userId: guest, hasTicket: false }],
  drawAt: null,
  isRoundMissing: false,
  ...rest
})

export const withTicket = room({
  members: [{ userId: host, hasTicket: true }, { userId: guest, hasTicket: true }]
})
export const locked = room({ status: "locked", drawAt: noon })

/** Any room of at most eight, its host among them. */
export const rooms = fc.record({
  status: fc.constantFrom(...drawStatuses),
  maxParticipants: fc.integer({ min: 2, max: 10 }),
  tickets: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
  drawAt: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null })
}).map(({ drawAt, tickets, ...rest }) =>
  room({
    ...rest,
    members: tickets.map((hasTicket, i) => ({ userId: user(i), hasTicket })),
    drawAt: drawAt === null ? null : instant(noon + drawAt)
  })
)
