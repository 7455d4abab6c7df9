/** West Frisian names of days and months: browsers' own data for `fy` are incomplete. */

const MONTHS = [
  "jannewaris",
  "febrewaris",
  "maart",
  "april",
  "maaie",
  "juny",
  "july",
  "augustus",
  "septimber",
  "oktober",
  "novimber",
  "desimber",
];
const MONTHS_SHORT = ["jan", "feb", "mrt", "apr", "maaie", "jun", "jul", "aug", "sep", "okt", "nov", "des"];
const DAYS = ["snein", "moandei", "tiisdei", "woansdei", "tongersdei", "freed", "sneon"];
const DAYS_SHORT = ["si", "mo", "ti", "wo", "to", "fr", "so"];

const LONGEST_SHORT_NAME = 4;
const ENGLISH_DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function monthIndex(date: Date, timeZone: string): number {
  return Number(new Intl.DateTimeFormat("en", { month: "numeric", timeZone }).format(date)) - 1;
}

function weekdayIndex(date: Date, timeZone: string): number {
  return ENGLISH_DAYS.indexOf(new Intl.DateTimeFormat("en", { weekday: "short", timeZone }).format(date));
}

/** Dutch date parts with the words replaced; digits and order stay. */
export function frisianParts(parts: Intl.DateTimeFormatPart[], date: Date, timeZone: string): string {
  return parts
    .map((part) => {
      if (part.type === "month" && /\p{L}/u.test(part.value)) {
        const short = part.value.length <= LONGEST_SHORT_NAME && !["juni", "juli"].includes(part.value);
        return (short ? MONTHS_SHORT : MONTHS)[monthIndex(date, timeZone)] ?? part.value;
      }
      if (part.type === "weekday") {
        const short = part.value.length <= 2;
        return (short ? DAYS_SHORT : DAYS)[weekdayIndex(date, timeZone)] ?? part.value;
      }
      return part.value;
    })
    .join("");
}
