/** In which language the app speaks, and how it writes money, numbers and times there. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react"
import { en, type Messages } from "./En.ts"
import { type Formats, formatsOf } from "./Formats.ts"

export const languages = { en: "English", es: "Español" } as const

export type Language = keyof typeof languages

const isLanguage = (text: string): text is Language => text in languages

const keptAs = "ddd.language"

/** The player's choice, or the first of the browser's languages that there is, with its country: it decides how money is written. */
const preferred = (): { readonly language: Language; readonly locale: string } => {
  const chosen = localStorage.getItem(keptAs)
  const all = navigator.languages
  const of = (locale: string): string => locale.slice(0, 2).toLowerCase()
  const language = chosen !== null && isLanguage(chosen) ? chosen : all.map(of).find(isLanguage) ?? "en"
  return { language, locale: all.find((locale) => of(locale) === language) ?? language }
}

/** The texts of a language; only English is a part of what every player loads. */
const messagesOf = async (language: Language): Promise<Messages> =>
  language === "en" ? en : (await import("./Es.ts")).es

interface Speech {
  readonly language: Language
  readonly locale: string
  readonly t: Messages
}

export interface Text extends Formats {
  readonly t: Messages
  readonly language: Language
  readonly choose: (language: Language) => void
}

const TextContext = createContext<Text | null>(null)

/** The language to begin with. */
export const firstSpeech = async (): Promise<Speech> => {
  const { language, locale } = preferred()
  return { language, locale, t: await messagesOf(language) }
}

export const TextProvider = ({ children, first }: { readonly children: ReactNode; readonly first: Speech }) => {
  const [speech, setSpeech] = useState(first)
  useEffect(() => {
    document.documentElement.lang = speech.language
  }, [speech])
  const text = useMemo((): Text => ({
    t: speech.t,
    language: speech.language,
    choose: (language) => {
      localStorage.setItem(keptAs, language)
      void firstSpeech().then(setSpeech)
    },
    ...formatsOf(speech.locale)
  }), [speech])
  return <TextContext value={text}>{children}</TextContext>
}

/** What the app says, and how it writes. Throws where no `TextProvider` stands above. */
export const useText = (): Text => {
  const text = useContext(TextContext)
  if (text === null) throw new Error("There is no TextProvider above this component.")
  return text
}
