/** Names of countries and of their regions: ISO 3166-1, alpha-2, and ISO 3166-2. */

/** All 249, and `XK`, by which everybody calls Kosovo. No others: `UK` on a list would mean nobody. */
const countries: ReadonlySet<string> = new Set(
  ("AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK " +
    "CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS " +
    "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV " +
    "LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM " +
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR " +
    "TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW").split(" ")
)

/** Whether a text is a country's two letters, in upper case. */
export const isCountry = (text: string): boolean => countries.has(text)

/** Whether a text has the form of a region's name, of a country that there is: `US-NY`, `GB-ENG`, `FR-75`. */
export const isRegion = (text: string): boolean => /^[A-Z]{2}-[A-Z\d]{1,3}$/.test(text) && isCountry(text.slice(0, 2))
