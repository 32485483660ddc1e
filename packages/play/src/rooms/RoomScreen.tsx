/** A room: who is in it, live; its pot; the one ticket; and its draw, which every device works out by itself. */
import type { Participant, Room } from "@ddd/client"
import { useRoom, useRoomPurchase, useSession } from "@ddd/client/react"
import { useEffect, useRef } from "react"
import { Asked } from "../app/Asked.tsx"
import { Form } from "../app/Form.tsx"
import { go } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { Pot } from "../draw/Pot.tsx"
import { Rolling } from "../draw/Rolling.tsx"
import { Seal } from "../draw/Seal.tsx"
import { ProofPanel, useWorkedOut } from "../proof/Proof.tsx"
import { useClient, usePlayerQuery, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

/** Tells who has come, and who has bought. */
const useNews = (room: Room | undefined, myId: string | null): void => {
  const { t } = useText()
  const tell = useTell()
  const before = useRef<ReadonlyArray<Participant> | null>(null)
  const participants = room?.participants
  useEffect(() => {
    if (participants === undefined) return
    const known = before.current
    before.current = participants
    if (known === null) return
    for (const { hasTicket, userId, username } of participants) {
      if (userId === myId) continue
      const was = known.find((each) => each.userId === userId)
      if (was === undefined) tell(t.rooms.joined(username))
      else if (hasTicket && !was.hasTicket) tell(t.rooms.boughtBy(username))
    }
  }, [myId, participants, t, tell])
}

const Invite = ({ room: { code, name } }: { readonly room: Room }) => {
  const { t } = useText()
  const tell = useTell()
  const url = `${location.origin}/play/rooms/join/${code}`
  const copy = async () => {
    await navigator.clipboard.writeText(url)
    tell(t.copied)
  }
  return (
    <section className="panel invite" aria-labelledby="invite-title">
      <h2 id="invite-title">{t.rooms.share}</h2>
      <p>{t.rooms.shareText}</p>
      <p className="room-code" aria-label={[...code].join(" ")}>{code}</p>
      <p className="buttons">
        {"share" in navigator
          ? (
            <button
              type="button"
              className="button button-main"
              // who closes the sheet has shared nothing, which is no error
              onClick={() => void navigator.share({ title: t.rooms.shareTitle(name), url }).catch(() => {})}
            >
              {t.rooms.shareButton}
            </button>
          )
          : null}
        {"clipboard" in navigator
          ? (
            <button type="button" className="button" onClick={() => void copy().catch(() => {})}>
              {t.rooms.copyLink}
            </button>
          )
          : null}
      </p>
      <p className="hint">
        <code>{url}</code>
      </p>
    </section>
  )
}

const Members = ({ myId, room }: { readonly room: Room; readonly myId: string | null }) => {
  const { count, t } = useText()
  const { hostId, maxParticipants, participants, winnerId } = room
  return (
    <section aria-labelledby="members-title">
      <h2 id="members-title">{t.rooms.members(count(participants.length), count(maxParticipants))}</h2>
      <ul className="members" role="list">
        {participants.map(({ hasTicket, ticketPosition, userId, username }) => (
          <li key={userId} className={userId === winnerId ? "member won" : "member"}>
            <span className="member-name">
              {username}
              {userId === myId ? <span className="quiet">({t.rooms.you})</span> : null}
              {userId === hostId ? <span className="tag">{t.rooms.host}</span> : null}
            </span>
            <span className={hasTicket ? "member-ticket" : "member-ticket quiet"}>
              {hasTicket && ticketPosition !== null ? t.rooms.hasTicket(count(ticketPosition)) : t.rooms.noTicket}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const Actions = ({ me, room }: { readonly room: Room; readonly me: Participant | undefined }) => {
  const { count, money, odds, t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const purchase = useRoomPurchase()
  const isHost = me?.userId === room.hostId
  const isOpen = room.status === "waiting" || room.status === "open"
  const sold = room.participants.filter(({ hasTicket }) => hasTicket).length
  const then = (ask: () => Promise<unknown>) => async () => {
    await ask()
    await refresh()
  }
  return (
    <section className="panel actions">
      {me?.hasTicket === true && me.ticketPosition !== null
        ? (
          <p>
            <strong>{t.rooms.youPlay(count(me.ticketPosition))}</strong> {t.rooms.odds(t.buy.oneIn(odds(1, sold)))}
          </p>
        )
        : isOpen
        ? (
          <Form
            label={t.rooms.buy(money(room.ticketPrice))}
            busyLabel={t.buy.buying}
            onSend={async () => {
              await purchase.mutateAsync(room.id)
            }}
          />
        )
        : null}
      {isHost && isOpen
        ? (
          <>
            <Form
              label={t.rooms.start}
              busyLabel={t.rooms.starting}
              isDisabled={sold < 2}
              tone={me.hasTicket ? "main" : "plain"}
              onSend={then(() => client.rooms.startDraw(room.id))}
            >
              <p className="hint">{t.rooms.startHint}</p>
            </Form>
            <Form
              label={t.rooms.close}
              sure={t.rooms.closeSure}
              tone="plain"
              onSend={then(() => client.rooms.close(room.id))}
            />
          </>
        )
        : null}
      {isHost && room.status === "locked"
        ? (
          <Form
            label={t.rooms.draw}
            busyLabel={t.rooms.drawing}
            onSend={then(() => client.rooms.executeDraw(room.id))}
          />
        )
        : null}
      {!isHost && isOpen && me?.hasTicket === false
        ? (
          <Form
            label={t.rooms.leave}
            tone="plain"
            onSend={async () => {
              await client.rooms.leave(room.id)
              await refresh()
              go("/rooms")
            }}
          />
        )
        : null}
    </section>
  )
}

const RoomDraw = ({ myId, room }: { readonly room: Room; readonly myId: string | null }) => {
  const { money, t } = useText()
  const client = useClient()
  const mine = usePlayerQuery(`room-ticket ${room.id}`, () => client.rooms.ticket(room.id))
  const isKnown = mine.data !== undefined || mine.error !== null
  const { data: workedOut, refetch } = useWorkedOut(
    isKnown ? { drawId: room.id, drawDate: null, ticket: mine.data ?? null } : null
  )
  const winner = workedOut?.claims?.winner ?? null
  const name = room.participants.find(({ userId }) => userId === room.winnerId)?.username ?? "***"
  if (workedOut === undefined) return <p className="midnight-says" role="status">{t.midnight.computing}</p>
  return (
    <>
      {winner === null
        ? null
        : <Rolling value={winner.position} among={workedOut.claims?.lock?.entries ?? winner.position} />}
      <p className={room.winnerId === myId ? "outcome won" : "outcome"} role="status">
        {room.winnerId === myId ? t.rooms.youWon(money(room.prizePool)) : t.rooms.won(name, money(room.prizePool))}
      </p>
      <ProofPanel workedOut={workedOut} onAgain={() => void refetch()} />
    </>
  )
}

export const RoomScreen = ({ id }: { readonly id: string }) => {
  const { t, time } = useText()
  const myId = useSession().data?.userId ?? null
  const query = useRoom(id)
  useNews(query.data, myId)
  useEffect(() => {
    let end = () => {}
    let isOver = false
    import("../proof/LockKeeper.ts").then(({ keepLockOfRoom }) => {
      if (!isOver) end = keepLockOfRoom(id)
    }, () => {})
    return () => {
      isOver = true
      end()
    }
  }, [id])
  return (
    <Screen title={query.data?.name ?? t.rooms.title} up="/rooms">
      <Asked of={query}>
        {(room) => {
          const me = room.participants.find(({ userId }) => userId === myId)
          const isOpen = room.status === "waiting" || room.status === "open"
          return (
            <>
              <p className="room-status">
                <span className={`tag ${room.status}`}>{t.rooms.status[room.status]}</span>
                {query.isLive ? null : <span className="quiet">{t.draw.polled}</span>}
              </p>
              <div className="table">
                <div>
                  <section className="hero room-hero" aria-labelledby="room-pot">
                    <div className="hero-seal">
                      <Seal commitment={room.commitmentHash} size="full" />
                    </div>
                    <div className="hero-content">
                      <h2 id="room-pot" className="hero-title">{t.rooms.pot}</h2>
                      <Pot amount={room.prizePool} />
                    </div>
                  </section>
                  {room.status === "locked"
                    ? (
                      <p className="midnight-says" role="status">
                        {t.midnight.locked}{" "}
                        {room.drawAt === null ? t.midnight.awaiting : t.rooms.drawAt(time(room.drawAt))}
                      </p>
                    )
                    : null}
                  {room.status === "drawn" ? <RoomDraw room={room} myId={myId} /> : null}
                </div>
                <div className="side">
                  {room.status === "drawn" || room.status === "closed" ? null : <Actions room={room} me={me} />}
                  <Members room={room} myId={myId} />
                  {isOpen ? <Invite room={room} /> : null}
                </div>
              </div>
            </>
          )
        }}
      </Asked>
    </Screen>
  )
}
