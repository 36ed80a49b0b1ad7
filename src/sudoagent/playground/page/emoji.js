// The shortcodes that approvals tend to use; any other one stays as it was typed.

const SHORTCODES = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_right: "➡️", arrows_counterclockwise: "🔄", bell: "🔔",
  blue_circle: "🔵", bookmark: "🔖", boom: "💥", bulb: "💡", calendar: "📆", clipboard: "📋", clock1: "🕐",
  construction: "🚧", cop: "👮", credit_card: "💳", cross_mark: "❌", eyes: "👀", exclamation: "❗", fire: "🔥",
  gear: "⚙️", green_circle: "🟢", hand: "✋", heavy_check_mark: "✔️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", information_source: "ℹ️", key: "🔑", large_blue_circle: "🔵",
  large_green_circle: "🟢", large_orange_circle: "🟠", large_yellow_circle: "🟡", link: "🔗", lock: "🔒",
  mag: "🔍", memo: "📝", money_with_wings: "💸", moneybag: "💰", no_entry: "⛔", no_entry_sign: "🚫",
  octagonal_sign: "🛑", package: "📦", pencil: "📝", pencil2: "✏️", question: "❓", raised_hand: "✋",
  red_circle: "🔴", repeat: "🔁", robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", shield: "🛡️", snowflake: "❄️",
  sparkles: "✨", speech_balloon: "💬", stopwatch: "⏱️", tada: "🎉", thinking_face: "🤔", thumbsdown: "👎",
  thumbsup: "👍", traffic_light: "🚥", unlock: "🔓", warning: "⚠️", wave: "👋", white_check_mark: "✅", wrench: "🔧",
  x: "❌", zap: "⚡", zzz: "💤",
};

export function emoji(name) {
  return Object.hasOwn(SHORTCODES, name) ? SHORTCODES[name] : null;
}

// Splits a text at its known shortcodes and calls `text` and `picture` for the pieces.
export function withEmoji(string) {
  const pieces = [];
  let from = 0;
  for (const match of string.matchAll(/:([a-z0-9_+-]+):/g)) {
    const picture = emoji(match[1]);
    if (!picture) continue;
    pieces.push(string.slice(from, match.index), picture);
    from = match.index + match[0].length;
  }
  return [...pieces, string.slice(from)].filter(Boolean);
}
