/** The player: who they are here, how they play today, and the way to everything that is theirs to decide. */
import type { Profile } from "@ddd/client"
import { useProfile } from "@ddd/client/react"
import { Asked } from "../app/Asked.tsx"
import { Field, Form, PasswordField, Select } from "../app/Form.tsx"
import { go, Link } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useSite } from "../server/Offers.ts"
import { useClient, usePlayerRefresh } from "../server/Player.ts"
import { type Language, languages, useText } from "../text/Language.tsx"
import { VerifyAddress } from "./VerifyAddress.tsx"

const isLanguage = (text: string): text is Language => text in languages

export const LanguageChoice = () => {
  const { choose, language, t } = useText()
  return (
    <Select
      label={t.account.language}
      name="language"
      value={language}
      options={Object.entries(languages)}
      onChoose={(chosen) => isLanguage(chosen) ? choose(chosen) : undefined}
    />
  )
}

const Today = ({ profile }: { readonly profile: Profile }) => {
  const { money, t, time } = useText()
  const { sessionStartedAt, spentToday, wonToday } = profile
  return (
    <section className="panel" aria-labelledby="today-title">
      <h2 id="today-title">{t.account.today}</h2>
      <dl className="facts">
        <dt>{t.account.spentToday}</dt>
        <dd>{money(spentToday)}</dd>
        <dt>{t.account.wonToday}</dt>
        <dd>{money(wonToday)}</dd>
      </dl>
      {sessionStartedAt === null ? null : <p className="hint">{t.account.session(time(sessionStartedAt))}</p>}
    </section>
  )
}

const ProfileForms = ({ profile }: { readonly profile: Profile }) => {
  const { t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const { minAge } = useSite()
  return (
    <section className="panel" aria-labelledby="profile-title">
      <h2 id="profile-title">{t.account.profile}</h2>
      {minAge !== null && profile.dateOfBirth === null
        ? (
          <Form
            label={t.account.save}
            onSend={async (values) => {
              await client.user.changeProfile({ dateOfBirth: values("dateOfBirth") })
              await refresh()
              tell(t.account.saved, "good")
            }}
          >
            <Field label={t.account.birth} name="dateOfBirth" type="date" required autoComplete="bday" />
          </Form>
        )
        : null}
      <details>
        <summary>{t.account.changeName}</summary>
        <Form
          label={t.account.save}
          onSend={async (values) => {
            await client.user.changeProfile({ username: values("username").trim() })
            await refresh()
            tell(t.account.saved, "good")
          }}
        >
          <Field
            label={t.sign.username}
            hint={t.sign.usernameHint}
            name="username"
            required
            minLength={3}
            maxLength={50}
            autoComplete="username"
            defaultValue={profile.username}
          />
        </Form>
      </details>
      <details>
        <summary>{t.account.changeEmail}</summary>
        <Form
          label={t.account.save}
          onSend={async (values, form) => {
            await client.user.changeProfile({ email: values("email").trim(), currentPassword: values("password") })
            await refresh()
            form.reset()
            tell(t.account.emailAsked, "good")
          }}
        >
          <Field label={t.account.newEmail} name="email" type="email" required maxLength={255} autoComplete="email" />
          <PasswordField label={t.account.current} name="password" autoComplete="current-password" maxLength={256} />
        </Form>
      </details>
    </section>
  )
}

export const Account = () => {
  const { date, t, time } = useText()
  const client = useClient()
  const tell = useTell()
  const ways = [
    ["/account/limits", t.account.limits, t.account.limitsText],
    ["/account/security", t.account.security, t.account.securityText],
    ["/account/data", t.account.data, t.account.dataText],
    ["/about", t.nav.about, t.about.odds]
  ] as const
  return (
    <Screen title={t.account.title}>
      <Asked of={useProfile()}>
        {(profile) => (
          <>
            <p className="who">
              <strong>{profile.username}</strong>
              <span className="quiet">{profile.email}</span>
              <span className="quiet">
                {profile.emailVerified ? t.account.verified : t.account.unverified} ·{" "}
                {t.account.since(date(profile.createdAt))}
              </span>
            </p>
            {profile.excludedUntil === null
              ? profile.timedOutUntil === null
                ? null
                : <p className="notice">{t.account.timedOut(time(profile.timedOutUntil))}</p>
              : <p className="notice">{t.account.excluded(time(profile.excludedUntil))}</p>}
            {profile.emailVerified ? null : <VerifyAddress email={profile.email} />}
            <Today profile={profile} />
            <ul className="ways" role="list">
              {ways.map(([to, title, text]) => (
                <li key={to}>
                  <Link to={to}>
                    <strong>{title}</strong>
                    <span className="quiet">{text}</span>
                  </Link>
                </li>
              ))}
            </ul>
            <ProfileForms profile={profile} />
          </>
        )}
      </Asked>
      <LanguageChoice />
      <Form
        label={t.sign.out}
        tone="plain"
        onSend={async () => {
          await client.auth.signOut()
          tell(t.sign.isOut)
          go("/")
        }}
      />
    </Screen>
  )
}
