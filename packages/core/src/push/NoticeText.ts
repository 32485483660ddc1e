/**
 * What notices say, in the language of the device: English, unless it speaks Spanish.
 *
 * A locked screen shows them to whoever looks: they name no player, no amount and no room, whose name is its host's own words.
 */
import type { NoticeKind } from "../draws/Notices.ts"

export interface NoticeText {
  readonly title: string
  readonly body: string
}

const english: Readonly<Record<NoticeKind, NoticeText>> = {
  won: { title: "You won!", body: "Your ticket was drawn. The prize is in your wallet." },
  closing: {
    title: "The draw closes soon",
    body: "Sales of today's draw, in which you have tickets, end within half an hour."
  },
  room_locked: { title: "Your room is locked", body: "No more tickets are sold in it. Its draw is next." },
  room_drawn: { title: "Your room is drawn", body: "Open the app to see the outcome." }
}

const spanish: Readonly<Record<NoticeKind, NoticeText>> = {
  won: { title: "¡Has ganado!", body: "Tu boleto ha salido premiado. El premio está en tu monedero." },
  closing: {
    title: "El sorteo cierra pronto",
    body: "La venta del sorteo de hoy, en el que tienes boletos, termina en menos de media hora."
  },
  room_locked: { title: "Tu sala está cerrada", body: "Ya no se venden boletos en ella. Ahora viene su sorteo." },
  room_drawn: { title: "Tu sala tiene resultado", body: "Abre la aplicación para verlo." }
}

/** What a notice says on a device of this locale (`localePattern`). */
export const noticeText = (kind: NoticeKind, locale: string): NoticeText =>
  (/^es(-|$)/iu.test(locale) ? spanish : english)[kind]
