/** The player's rooms: making one, and joining one. */
import { isClientError } from "@ddd/client"
import { useRooms } from "@ddd/client/react"
import { Pages } from "../app/Asked.tsx"
import { Field, Form } from "../app/Form.tsx"
import { go, Link } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { Seal } from "../draw/Seal.tsx"
import { useClient, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

const MakeRoom = () => {
  const { t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  return (
    <section className="panel" aria-labelledby="make-title">
      <h2 id="make-title">{t.rooms.create}</h2>
      <Form
        label={t.rooms.make}
        onSend={async (values) => {
          const room = await client.rooms.create({
            name: values("name").trim(),
            maxParticipants: Number(values("places"))
          })
          void refresh()
          go(`/rooms/${room.id}`)
        }}
      >
        <Field label={t.rooms.name} hint={t.rooms.nameHint} name="name" required maxLength={100} autoComplete="off" />
        <Field
          label={t.rooms.places}
          hint={t.rooms.placesHint}
          name="places"
          type="number"
          required
          min={2}
          max={50}
          defaultValue={10}
        />
      </Form>
    </section>
  )
}

/** The form that joins a room, or goes to it where the player is in it already. */
const JoinForm = ({ code }: { readonly code?: string }) => {
  const { t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const join = async (wanted: string): Promise<void> => {
    const name = wanted.trim().toUpperCase()
    try {
      const room = await client.rooms.join(name)
      void refresh()
      go(`/rooms/${room.id}`, { replace: code !== undefined })
    } catch (error) {
      if (!isClientError(error) || error.code !== "already_member") throw error
      go(`/rooms/${(await client.rooms.room(name)).id}`, { replace: code !== undefined })
    }
  }
  return (
    <Form label={t.rooms.joinIt} onSend={(values) => join(code ?? values("code"))}>
      {code === undefined
        ? (
          <Field
            label={t.rooms.code}
            hint={t.rooms.codeHint}
            name="code"
            className="code-input"
            required
            minLength={6}
            maxLength={6}
            pattern="[2-9A-HJKMNP-Za-hjkmnp-z]{6}"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
          />
        )
        : null}
    </Form>
  )
}

export const Rooms = () => {
  const { count, money, t } = useText()
  return (
    <Screen title={t.rooms.title}>
      <p>{t.rooms.intro}</p>
      <div className="pair">
        <section className="panel" aria-labelledby="join-title">
          <h2 id="join-title">{t.rooms.join}</h2>
          <JoinForm />
        </section>
        <MakeRoom />
      </div>
      <section aria-labelledby="list-title">
        <h2 id="list-title">{t.rooms.list}</h2>
        <Pages of={useRooms()} className="past" none={<p className="quiet empty">{t.rooms.none}</p>}>
          {({ commitmentHash, id, maxParticipants, name, participants, prizePool, status }) => (
            <Link to={`/rooms/${id}`} className="past-draw">
              <Seal commitment={commitmentHash} size="small" />
              <span>
                <strong>{name}</strong>
                <span className="quiet">
                  {t.rooms.status[status]} · {t.rooms.members(count(participants.length), count(maxParticipants))}
                </span>
              </span>
              <span className="amount">{money(prizePool)}</span>
            </Link>
          )}
        </Pages>
      </section>
    </Screen>
  )
}

export const JoinRoom = ({ code }: { readonly code: string }) => {
  const { t } = useText()
  return (
    <Screen title={t.rooms.joinTitle(code.toUpperCase())} up="/rooms">
      <div className="panel">
        <p>{t.rooms.joinText}</p>
        <JoinForm code={code} />
      </div>
    </Screen>
  )
}
