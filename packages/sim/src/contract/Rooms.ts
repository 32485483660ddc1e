/**
 * What every adapter of `Rooms` must do with who is in a room, and who has a ticket in it.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { cents, zero } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Rooms } from "@ddd/core/ports/Rooms"
import { hostedRoomsMax, roomsADayMax } from "@ddd/core/rooms/Membership"
import type { Room } from "@ddd/core/rooms/Room"
import { codeSymbols } from "@ddd/core/rooms/RoomCode"
import { drawId, houseUserId, isTicketId, type UserId, userId } from "@ddd/core/values/Ids"
import { dayAfter, dayMillis, dayOf, dayStart } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { verdictOf } from "../scenario/Bundle.ts"
import { pagesOf } from "../scenario/Pages.ts"
import {
  buyForAll,
  buyInRoom,
  closeRoom,
  executeDraw,
  joinRoom,
  leaveRoom,
  makeRoom,
  refusedAs,
  roomAnswer,
  roomNow,
  roomOf,
  roomRefusal,
  startDraw
} from "../scenario/RoomSteps.ts"
import {
  advance,
  auditClean,
  buy,
  dollars,
  fundedPlayer,
  openSales,
  present,
  readDraw,
  refusalOf,
  signUp,
  times,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { historyOf, walletOf } from "./Money.ts"
import { jobsOf } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")
const noRoom: Pick<Room, "id" | "code"> = { id: drawId("01900000-0000-7000-8000-00000000beef"), code: "222222" }

const membersOf = ({ participants }: Room): ReadonlyArray<UserId> => participants.map(({ userId }) => userId)

/** New players with money. */
const players = (count: number, name: string, amount = dollars(5)) =>
  together(Array.from({ length: count }, (_, i) => fundedPlayer(`${name}${i}`, amount)))

export const roomsContract = (subject: Subject): void =>
  contract("Rooms", subject, (it) => {
    it(
      "makes a room, its host in it, and publishes its commitment at once",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const { now } = yield* World
        const ada = yield* signUp("ada")
        const before = yield* now
        const room = yield* rooms.create({ hostId: ada, name: "Ada's table", maxParticipants: 7 })
        const after = yield* now

        const { code, commitmentHash, createdAt, id, participants, ...rest } = room
        assert.deepStrictEqual(rest, {
          name: "Ada's table",
          hostId: ada,
          status: "waiting",
          prizePool: zero,
          maxParticipants: 7,
          drawAt: null,
          seed: null,
          winnerId: null,
          winningPosition: null
        })
        assert.match(code, new RegExp(`^[${codeSymbols}]{6}$`))
        assert.match(commitmentHash, /^[0-9a-f]{64}$/)
        assert.isTrue(before <= createdAt && createdAt <= after)
        assert.deepStrictEqual(participants, [
          { userId: ada, username: "ada", hasTicket: false, ticketPosition: null, joinedAt: createdAt }
        ])

        for (const name of [id, code, code.toLowerCase()]) {
          assert.deepStrictEqual(yield* rooms.find({ userId: ada, room: name }), room, name)
        }
        assert.deepStrictEqual(yield* rooms.byId(id), room)
        assert.isNull(yield* rooms.byId(noRoom.id))
        assert.deepStrictEqual([...(yield* rooms.marks([noRoom.id, id])).keys()], [id])
        const draw = yield* readDraw(id)
        assert.deepStrictEqual(
          [draw.kind, draw.drawDate, draw.status, draw.closesAt, draw.commitmentHash, draw.seed],
          ["room", null, "open", null, commitmentHash, null]
        )
        assert.strictEqual((yield* verdictOf(id)).verdict, "PENDING OPEN")
        yield* auditClean
      })
    )

    it(
      "has no part in daily draws",
      Effect.gen(function*() {
        const draws = yield* Draws
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(5)), yield* fundedPlayer("bob", dollars(5))]
        const room = yield* roomOf([ada, bob])
        assert.isNull(yield* draws.current)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "NothingOnSale" })
        const daily = yield* openSales
        for (const drawId of [room.id, noRoom.id]) {
          assert.deepStrictEqual(yield* refusalOf(buy(ada, 1, { drawId })), { _tag: "DrawClosed", drawId })
        }
        yield* buyForAll([ada, bob], room)
        yield* startDraw(ada, room)
        yield* executeDraw(ada, room)
        assert.strictEqual(present(yield* draws.current).id, daily.id)
        assert.deepStrictEqual(yield* draws.history({ limit: 10, cursor: null }), { items: [], nextCursor: null })
        assert.isNull(yield* draws.lastWinner)
        yield* auditClean
      })
    )

    it(
      "has another mark whenever what its members are told is another, and the same otherwise",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(5)),
          yield* fundedPlayer("bob", dollars(5)),
          yield* fundedPlayer("eve", dollars(5))
        ]
        const room = yield* roomOf([ada, bob])
        const other = yield* makeRoom(eve)
        let last = ""
        const changed = Effect.gen(function*() {
          const [mark, again] = [yield* rooms.marks([room.id, other.id]), yield* rooms.marks([other.id, room.id])]
          assert.deepStrictEqual(again.get(room.id), mark.get(room.id))
          const present = mark.get(room.id) ?? ""
          assert.notStrictEqual(present, last)
          last = present
        })
        yield* changed
        yield* rooms.join({ userId: eve, room: room.id, code: room.code })
        yield* changed
        yield* buyForAll([ada], room)
        yield* changed
        yield* buyForAll([bob], room)
        yield* changed
        yield* rooms.leave({ userId: eve, room: room.id })
        yield* changed
        yield* rooms.join({ userId: eve, room: room.id, code: room.code })
        yield* changed
        yield* startDraw(ada, room)
        yield* changed
        yield* executeDraw(ada, room)
        yield* changed
        yield* auditClean
      })
    )

    it(
      "gives each room a code of its own",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const made = yield* times(30, makeRoom(ada))
        assert.strictEqual(new Set(made.map(({ code }) => code)).size, 30)
        assert.strictEqual(new Set(made.map(({ commitmentHash }) => commitmentHash)).size, 30)
        yield* auditClean
      })
    )

    it(
      "has no host who is no player",
      Effect.gen(function*() {
        for (const hostId of [nobody, houseUserId]) {
          assert.strictEqual((yield* Effect.flip(makeRoom(hostId)))._tag, "UnknownUser")
        }
        assert.strictEqual((yield* auditClean).counted.draws, 0)
      })
    )

    it(
      "lets in who knows the code of the room that they ask for",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const [ada, bob, eve] = [yield* signUp("ada"), yield* signUp("bob"), yield* signUp("eve")]
        const room = yield* makeRoom(ada)
        const other = yield* makeRoom(eve)

        for (
          const [asked, code] of [
            [room.id, "222222"],
            [room.id, other.code],
            [other.id, room.code],
            [room.code, other.code],
            [room.id, ""],
            [room.id, room.id],
            [noRoom.id, room.code],
            ["222222", room.code],
            ["", room.code],
            ["no room", "no room"]
          ] as const
        ) {
          assert.deepStrictEqual(yield* roomRefusal(rooms.join({ userId: bob, room: asked, code })), { _tag: "NoRoom" })
        }
        assert.deepStrictEqual(yield* roomNow(room), room)

        const joined = yield* rooms.join({ userId: bob, room: room.id, code: room.code.toLowerCase() })
        assert.strictEqual(joined.status, "open")
        assert.deepStrictEqual(membersOf(joined), [ada, bob])
        assert.deepStrictEqual(yield* rooms.find({ userId: bob, room: room.code }), joined)
        const both = yield* rooms.join({ userId: eve, room: room.code.toLowerCase(), code: room.code })
        assert.deepStrictEqual(membersOf(both), [ada, bob, eve])
        assert.deepStrictEqual(yield* roomNow(room), both)
        for (const userId of [ada, bob]) {
          assert.deepStrictEqual(yield* roomRefusal(joinRoom(userId, room)), { _tag: "AlreadyMember" })
        }
        yield* auditClean
      })
    )

    it(
      "gives the last place to one of a hundred who come at once",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const room = yield* roomOf([ada, bob], 3)
        const crowd = yield* together(Array.from({ length: 100 }, (_, i) => signUp(`guest${i}`)))
        const answers = yield* together(crowd.map((guest) => roomAnswer(joinRoom(guest, room))))
        const [winner, ...more] = answers.filter(Result.isSuccess)
        assert.deepStrictEqual(more, [])
        assert.deepStrictEqual(yield* roomNow(room), present(winner).success)
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "RoomFull" })
        }
        assert.strictEqual(answers.filter(Result.isFailure).length, 99)
        yield* auditClean
      })
    )

    it(
      "lets a player in once, however often they come at once",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const room = yield* makeRoom(ada)
        const answers = yield* times(20, roomAnswer(joinRoom(bob, room)))
        assert.strictEqual(answers.filter(Result.isSuccess).length, 1)
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "AlreadyMember" })
        }
        assert.deepStrictEqual(membersOf(yield* roomNow(room)), [ada, bob])
        yield* auditClean
      })
    )

    it(
      "lets members go before they buy, and come back, but never the host",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const [ada, bob, eve] = yield* players(3, "player")
        assert(ada !== undefined && bob !== undefined && eve !== undefined)
        const room = yield* roomOf([ada, bob, eve])
        assert.strictEqual(yield* refusedAs(leaveRoom(ada, room)), "Forbidden")
        yield* leaveRoom(bob, room)
        assert.deepStrictEqual(membersOf(yield* roomNow(room)), [ada, eve])
        assert.isNull(yield* rooms.find({ userId: bob, room: room.id }))
        assert.strictEqual(yield* refusedAs(leaveRoom(bob, room)), "NoRoom")
        assert.deepStrictEqual(membersOf(yield* joinRoom(bob, room)), [ada, eve, bob])

        yield* buyInRoom(bob, room)
        assert.deepStrictEqual(yield* roomRefusal(leaveRoom(bob, room)), { _tag: "AlreadyHasTicket" })
        yield* leaveRoom(eve, room)
        assert.deepStrictEqual(membersOf(yield* roomNow(room)), [ada, bob])
        yield* auditClean
      })
    )

    it(
      "lets a member either go or buy, who does both at once",
      Effect.gen(function*() {
        const [ada, ...guests] = yield* players(9, "player")
        assert(ada !== undefined)
        const room = yield* roomOf([ada, ...guests])
        for (const guest of guests) {
          const [left, bought] = yield* Effect.all(
            [roomAnswer(leaveRoom(guest, room)), roomAnswer(buyInRoom(guest, room))],
            { concurrency: "unbounded" }
          )
          const stays = membersOf(yield* roomNow(room)).includes(guest)
          assert.deepStrictEqual([Result.isSuccess(left), Result.isSuccess(bought)], [!stays, stays])
        }
        yield* auditClean
      })
    )

    it(
      "sells a member a ticket, by the rule of every sale",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const draws = yield* Draws
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(5)), yield* fundedPlayer("bob", dollars(1))]
        const room = yield* roomOf([ada, bob])
        const receipt = yield* buyInRoom(ada, room)
        const { ticket } = receipt
        assert.strictEqual(receipt.replayed, false)
        assert.isTrue(isTicketId(ticket.ticketId))
        assert.isTrue(ticket.ticketId.startsWith(`ROOM-${room.code}-`))
        assert.deepStrictEqual(
          [ticket.userId, ticket.drawId, ticket.drawDate, ticket.position as number, ticket.totalEntriesAtPurchase],
          [ada, room.id, null, 1, 1]
        )
        assert.deepStrictEqual([ticket.status, ticket.prizeAmount], ["active", null])
        assert.strictEqual(receipt.wallet.balance, dollars(4))
        assert.deepStrictEqual(receipt.room, yield* roomNow(room))
        assert.strictEqual(receipt.room.prizePool, cents(95n))
        assert.deepStrictEqual(
          receipt.room.participants.map(({ hasTicket, ticketPosition }) => [hasTicket, ticketPosition]),
          [[true, ticket.position], [false, null]]
        )
        assert.deepStrictEqual(yield* historyOf(ada), [
          ["deposit", dollars(5), "completed"],
          ["ticket_purchase", dollars(-1), "completed"]
        ])

        assert.deepStrictEqual(yield* rooms.ticket({ userId: ada, room: room.code }), ticket)
        assert.isNull(yield* rooms.ticket({ userId: bob, room: room.id }))
        const own = yield* draws.ticketsOf(ada, { drawId: room.id, status: null }, { limit: 10, cursor: null })
        assert.deepStrictEqual(own.items, [ticket])

        const second = yield* buyInRoom(bob, room)
        assert.strictEqual<number>(second.ticket.position, 2)
        assert.strictEqual(second.room.prizePool, cents(190n))
        for (const member of [ada, bob]) {
          assert.deepStrictEqual(yield* roomRefusal(buyInRoom(member, room)), { _tag: "AlreadyHasTicket" })
        }
        assert.strictEqual((yield* auditClean).counted.tickets, 2)
      })
    )

    it(
      "sells nothing to who cannot pay, or is frozen",
      Effect.gen(function*() {
        const [ada, bob] = [yield* fundedPlayer("ada", cents(99n)), yield* fundedPlayer("bob", dollars(5))]
        const room = yield* roomOf([ada, bob])
        assert.deepStrictEqual(yield* roomRefusal(buyInRoom(ada, room, { key: "k" })), {
          _tag: "InsufficientFunds",
          balance: cents(99n),
          needed: dollars(1)
        })
        yield* (yield* World).freeze(bob)
        assert.deepStrictEqual(yield* roomRefusal(buyInRoom(bob, room)), { _tag: "AccountFrozen" })
        const after = yield* roomNow(room)
        assert.isTrue(after.participants.every(({ hasTicket }) => !hasTicket))
        assert.strictEqual((yield* auditClean).counted.tickets, 0)
      })
    )

    it(
      "sells a member one ticket of twenty asked for at once",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(30))
        const room = yield* makeRoom(ada)
        const answers = yield* times(20, roomAnswer(buyInRoom(ada, room)))
        assert.strictEqual(answers.filter(Result.isSuccess).length, 1)
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "AlreadyHasTicket" })
        }
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(29))
        assert.strictEqual((yield* auditClean).counted.tickets, 1)
      })
    )

    it(
      "gives positions without a gap to members who buy at once",
      Effect.gen(function*() {
        const [ada, ...guests] = yield* players(12, "player")
        assert(ada !== undefined)
        const room = yield* roomOf([ada, ...guests])
        const receipts = yield* together([ada, ...guests].map((member) => buyInRoom(member, room)))
        const positions = receipts.map(({ ticket }) => ticket.position as number)
        assert.deepStrictEqual(positions.toSorted((a, b) => a - b), Array.from({ length: 12 }, (_, i) => i + 1))
        for (const { room: after, ticket } of receipts) {
          // each answer is of the moment of its purchase
          assert.strictEqual(after.participants.filter(({ hasTicket }) => hasTicket).length, ticket.position)
          assert.strictEqual(after.prizePool, cents(95n * BigInt(ticket.position)))
        }
        assert.strictEqual((yield* auditClean).counted.tickets, 12)
      })
    )

    it(
      "answers a purchase again as it was, whatever became of the room",
      Effect.gen(function*() {
        const [ada, bob] = yield* players(2, "player")
        assert(ada !== undefined && bob !== undefined)
        const room = yield* makeRoom(ada)
        const [first, ...more] = yield* times(20, buyInRoom(ada, room, { key: "once" }))
        assert(first !== undefined)
        assert.strictEqual([first, ...more].filter(({ replayed }) => !replayed).length, 1)
        const replay = { ...first, replayed: true }
        for (const again of more) assert.deepStrictEqual({ ...again, replayed: true }, replay)

        const again = buyInRoom(ada, room, { key: "once" })
        yield* joinRoom(bob, room)
        yield* buyInRoom(bob, room)
        assert.deepStrictEqual(yield* again, replay)
        yield* startDraw(ada, room)
        assert.deepStrictEqual(yield* again, replay)
        yield* executeDraw(ada, room)
        assert.deepStrictEqual(yield* again, replay)
        assert.strictEqual((yield* auditClean).counted.tickets, 2)
      })
    )

    it(
      "refuses a key that is used again for something else",
      Effect.gen(function*() {
        yield* openSales
        const [ada, bob] = yield* players(2, "player")
        assert(ada !== undefined && bob !== undefined)
        const [room, other] = [yield* roomOf([ada, bob]), yield* roomOf([ada, bob])]
        yield* buyInRoom(ada, room, { key: "room" })
        yield* buy(ada, 1, { key: "daily" })
        assert.deepStrictEqual(yield* roomRefusal(buyInRoom(ada, other, { key: "room" })), { _tag: "KeyReused" })
        assert.deepStrictEqual(yield* roomRefusal(buyInRoom(ada, other, { key: "daily" })), { _tag: "KeyReused" })
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1, { key: "room" })), { _tag: "KeyReused" })
        // keys are each player's own, and a refused request is decided anew
        assert.strictEqual((yield* buyInRoom(bob, room, { key: "room" })).replayed, false)
        assert.strictEqual((yield* buyInRoom(ada, other, { key: "new" })).replayed, false)
        assert.strictEqual((yield* auditClean).counted.tickets, 4)
      })
    )

    it(
      "does not exist for whoever is no member",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const [ada, bob, eve] = yield* players(3, "player")
        assert(ada !== undefined && bob !== undefined && eve !== undefined)
        yield* buyInRoom(eve, yield* makeRoom(eve), { key: "used" })
        const [open, locked, drawn, closed] = yield* together(Array.from({ length: 4 }, () => roomOf([ada, bob])))
        assert(open !== undefined && locked !== undefined && drawn !== undefined && closed !== undefined)
        const { ticket } = yield* buyInRoom(ada, drawn)
        yield* buyInRoom(bob, drawn)
        yield* buyForAll([ada, bob], locked)
        for (const room of [locked, drawn]) yield* startDraw(ada, room)
        yield* executeDraw(ada, drawn)
        yield* closeRoom(ada, closed)
        // a frozen one is told no more than others
        const frozen = yield* fundedPlayer("frozen", dollars(5))
        yield* (yield* World).freeze(frozen)

        for (const userId of [eve, frozen, nobody, houseUserId]) {
          for (const { id } of [open, locked, drawn, closed, noRoom]) {
            const request = { userId, room: id }
            assert.isNull(yield* rooms.find(request))
            assert.isNull(yield* rooms.ticket(request))
            for (
              const asked of [
                rooms.purchase({ ...request, idempotency: null }),
                buyInRoom(userId, { id }, { key: "used" }),
                rooms.leave(request),
                rooms.close(request),
                rooms.start({ ...request, drawAt: null }),
                rooms.execute(request),
                rooms.join({ ...request, code: noRoom.code })
              ]
            ) assert.deepStrictEqual(yield* roomRefusal(asked), { _tag: "NoRoom" })
          }
          assert.deepStrictEqual(
            (yield* rooms.list(userId, { limit: 10, cursor: null })).items.length,
            userId === eve ? 1 : 0
          )
        }

        const { checkTicket } = yield* Draws
        for (const viewer of [eve, nobody, null]) assert.isNull(yield* checkTicket(ticket.ticketId, viewer))
        for (const viewer of [ada, bob]) {
          const { drawDate, position, sealValid, ticketHash } = present(yield* checkTicket(ticket.ticketId, viewer))
          assert.deepStrictEqual([drawDate, position, sealValid, ticketHash], [null, 1, true, ticket.ticketHash])
        }
        yield* auditClean
      })
    )

    it(
      "refuses what is a host's to all other members, and what it is too late for",
      Effect.gen(function*() {
        const [ada, bob, carol, eve] = yield* players(4, "player")
        assert(ada !== undefined && bob !== undefined && carol !== undefined && eve !== undefined)
        const room = yield* roomOf([ada, bob, carol], 3)
        const forbidden = Effect.gen(function*() {
          for (const asked of [closeRoom(bob, room), startDraw(bob, room), executeDraw(bob, room)]) {
            assert.strictEqual(yield* refusedAs(asked), "Forbidden")
          }
          assert.strictEqual(yield* refusedAs(leaveRoom(ada, room)), "Forbidden")
          assert.strictEqual(yield* refusedAs(joinRoom(bob, room)), "AlreadyMember")
        })
        const late = Effect.gen(function*() {
          yield* forbidden
          for (const asked of [joinRoom(eve, room), leaveRoom(bob, room), startDraw(ada, room)]) {
            const refusal = yield* roomRefusal(asked)
            assert.deepInclude(refusal, { _tag: "WrongState", status: (yield* roomNow(room)).status })
          }
          assert.deepStrictEqual(yield* roomRefusal(buyInRoom(bob, room)), { _tag: "DrawClosed", drawId: room.id })
        })

        yield* buyForAll([ada, carol], room)
        yield* forbidden
        assert.strictEqual(yield* refusedAs(joinRoom(eve, room)), "RoomFull")
        assert.strictEqual(yield* refusedAs(executeDraw(ada, room)), "WrongState")
        yield* startDraw(ada, room)
        yield* late
        assert.strictEqual(yield* refusedAs(closeRoom(ada, room)), "WrongState")
        const drawn = yield* executeDraw(ada, room)
        yield* late
        assert.strictEqual(yield* refusedAs(closeRoom(ada, room)), "WrongState")
        assert.deepStrictEqual(yield* executeDraw(ada, room), drawn)
        yield* auditClean
      })
    )

    it(
      "are at most fifty a host that are not locked, however many are asked for at once",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const answers = yield* together(
          Array.from({ length: hostedRoomsMax + 5 }, () => Effect.result(makeRoom(ada)))
        )
        const made = answers.filter(Result.isSuccess).map(({ success }) => success)
        assert.lengthOf(made, hostedRoomsMax)
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure._tag === "RoomRefused" ? failure.refusal : failure, {
            _tag: "TooManyRooms",
            which: "hosted",
            max: hostedRoomsMax
          })
        }
        yield* closeRoom(ada, present(made[0]))
        assert.strictEqual((yield* makeRoom(ada)).status, "waiting")
        yield* auditClean
      })
    )

    it(
      "are made a hundred a day by a host, however soon each is closed, and again the day after",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const closed = Effect.flatMap(makeRoom(ada), (room) => closeRoom(ada, room))
        for (let made = 0; made < roomsADayMax; made++) yield* closed
        const refused = yield* Effect.flip(makeRoom(ada))
        const at = yield* World.use((world) => world.now)
        assert.deepStrictEqual(refused._tag === "RoomRefused" ? refused.refusal : refused, {
          _tag: "TooManyRoomsToday",
          max: roomsADayMax,
          again: dayStart(dayAfter(dayOf(at)))
        })
        const bobs = yield* makeRoom(bob)
        yield* joinRoom(ada, bobs)
        // whom nobody's money came back to is told nothing
        assert.deepStrictEqual(yield* jobsOf("MailRoomClosed"), [])
        yield* advance(dayMillis)
        yield* makeRoom(ada)
        yield* auditClean
      })
    )

    it(
      "lists rooms, newest first: a player's own, and all for operators",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        assert.deepStrictEqual(yield* rooms.list(ada, { limit: 10, cursor: null }), { items: [], nextCursor: null })
        const all: Array<Room> = []
        for (const guests of [[], [bob], [], [bob], [bob]]) all.unshift(yield* roomOf([ada, ...guests]))
        assert.deepStrictEqual(yield* pagesOf(2, (page) => rooms.list(ada, page)), [
          all.slice(0, 2),
          all.slice(2, 4),
          all.slice(4)
        ])
        assert.deepStrictEqual(yield* pagesOf(2, rooms.all), [all.slice(0, 2), all.slice(2, 4), all.slice(4)])
        const shared = all.filter(({ participants }) => participants.length > 1)
        assert.deepStrictEqual((yield* rooms.list(bob, { limit: 10, cursor: null })).items, shared)
        yield* leaveRoom(bob, present(shared[1]))
        const left = (yield* rooms.list(bob, { limit: 10, cursor: null })).items
        assert.deepStrictEqual(left.map(({ id }) => id), [present(shared[0]).id, present(shared[2]).id])
      })
    )

    it(
      "takes nobody who is frozen, as host or as guest",
      Effect.gen(function*() {
        const rooms = yield* Rooms
        const world = yield* World
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const room = yield* makeRoom(ada)
        yield* world.freeze(bob)
        const refused = yield* Effect.flip(rooms.create({ hostId: bob, name: "Bob's table", maxParticipants: 2 }))
        assert.strictEqual(refused._tag, "UnknownUser")
        assert.deepStrictEqual(yield* roomRefusal(joinRoom(bob, room)), { _tag: "NoRoom" })
        assert.deepStrictEqual(membersOf(yield* roomNow(room)), [ada])
      })
    )
  })
