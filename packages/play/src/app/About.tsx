/** What a player should know before the first dollar: the odds, the price, the house's share, age, help, and who runs this. */
import { LanguageChoice } from "../account/Account.tsx"
import { sharesOf } from "../draw/BuyCard.tsx"
import { useSite } from "../server/Offers.ts"
import { useText } from "../text/Language.tsx"
import { Screen } from "./Screen.tsx"

export const About = () => {
  const { money, t } = useText()
  const site = useSite()
  const { house, pot } = sharesOf(site)
  return (
    <Screen title={t.about.title} up="/">
      <ol className="steps" role="list">
        {t.about.steps.map(([title, text]) => (
          <li key={title}>
            <strong>{title}</strong> {text}
          </li>
        ))}
      </ol>
      <h2>{t.about.odds}</h2>
      <p>{t.about.oddsText}</p>
      <h2>{t.about.money}</h2>
      <p>{t.about.moneyText(money(site.ticketPrice), money(pot), money(house))}</p>
      <h2>{t.about.age}</h2>
      <p>{site.minAge === null ? t.about.noAge : t.about.ageText(site.minAge)}</p>
      <h2>{t.about.help}</h2>
      <p>{t.about.helpText}</p>
      <p>{site.helpUrl === null ? t.about.helpNone : <a className="link" href={site.helpUrl}>{t.about.helpLink}</a>}</p>
      <h2>{t.about.who}</h2>
      <p>
        {site.operatorName === null ? t.footer.runBySomebody : t.footer.run(site.operatorName)}{" "}
        {site.operatorUrl === null
          ? null
          : <a className="link" href={site.operatorUrl}>{new URL(site.operatorUrl).host}</a>}
      </p>
      <LanguageChoice />
    </Screen>
  )
}
