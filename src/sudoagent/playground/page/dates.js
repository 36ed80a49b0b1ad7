// Dates as Slack writes them, in the time zone of the person whose page this is.

const DAY = 86400000;

function parts(date, zone, options) {
  return new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(date);
}

export function dayOf(date, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(date);
}

export function timeOf(date, zone) {
  return parts(date, zone, { hour: "numeric", minute: "2-digit" });
}

export function dayName(date, zone) {
  return near(date, zone, true) || parts(date, zone, { weekday: "long", month: "long", day: "numeric" });
}

export function fullDate(date, zone) {
  return parts(date, zone, { dateStyle: "full", timeStyle: "medium" });
}

function near(date, zone, capital) {
  const now = Date.now();
  const words = { [dayOf(now, zone)]: "today", [dayOf(now - DAY, zone)]: "yesterday", [dayOf(now + DAY, zone)]: "tomorrow" };
  const word = words[dayOf(date, zone)];
  return word && capital ? word[0].toUpperCase() + word.slice(1) : word;
}

function ago(date) {
  const seconds = Math.round((date - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

function ordinal(date, zone) {
  const day = Number(parts(date, zone, { day: "numeric" }));
  const ending = day % 100 >= 11 && day % 100 <= 13 ? "th" : { 1: "st", 2: "nd", 3: "rd" }[day % 10] || "th";
  return `${parts(date, zone, { month: "long" })} ${day}${ending}, ${parts(date, zone, { year: "numeric" })}`;
}

const TOKENS = {
  date_num: dayOf,
  date: ordinal,
  date_short: (date, zone) => parts(date, zone, { month: "short", day: "numeric", year: "numeric" }),
  date_long: (date, zone) => `${parts(date, zone, { weekday: "long" })}, ${ordinal(date, zone)}`,
  date_slash: (date, zone) => parts(date, zone, { dateStyle: "short" }),
  day_divider_pretty: (date, zone) => dayName(date, zone),
  time: timeOf,
  time_secs: (date, zone) => parts(date, zone, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (date) => ago(date),
};
for (const name of ["date", "date_short", "date_long"]) {
  TOKENS[`${name}_pretty`] = (date, zone) => near(date, zone, false) || TOKENS[name](date, zone);
}

export function slackDate(timestamp, format, fallback, zone) {
  const date = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  try {
    const text = format.replace(/\{(\w+)\}/g, (token, name) => {
      if (!Object.hasOwn(TOKENS, name)) throw new RangeError(token);
      return TOKENS[name](date, zone);
    });
    return text.charAt(0).toUpperCase() + text.slice(1);
  } catch {
    return fallback;
  }
}
