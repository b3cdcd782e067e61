// Builds elements. Text always goes in as text, never as markup: what a user pasted can't run.

function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff]/;
const SHOWN = { " ": "·", "\u00a0": "⍽", "\t": "→", "\n": "¶" };

// In a change, white space is seen: at the ends, in runs, and what has no shape at all.
function visible(text) {
  const out = [];
  for (const match of text.matchAll(/^[ \u00a0\t\n]+|[ \u00a0\t\n]+$|[ \u00a0\t\n]{2,}|[\u00a0\t\n]/g)) {
    const before = out.length ? out[out.length - 1].end : 0;
    if (match.index > before) out.push({ text: text.slice(before, match.index), end: match.index });
    const end = match.index + match[0].length;
    for (const char of match[0]) out.push({ white: char, end });
  }
  const at = out.length ? out[out.length - 1].end : 0;
  if (at < text.length) out.push({ text: text.slice(at), end: text.length });
  return out.flatMap((piece) => piece.white
    ? [h("span", { class: "mx-white", "data-shown": SHOWN[piece.white] }, piece.white)] : shapes(piece.text));
}

function shapes(text) {
  if (!INVISIBLE.test(text)) return [text];
  return text.split(new RegExp(`(${INVISIBLE.source})`)).filter(Boolean).map((part) => {
    if (!INVISIBLE.test(part)) return part;
    const code = "U+" + part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return h("span", { class: "mx-white mx-code", "data-shown": code }, part);
  });
}

function spoken(text) {
  const named = text.replace(/\s+/g, (run) => (run === " " ? " " : ` ${run.length} white space characters `));
  if (text === " ") return "a space";
  return named.trim() ? `“${named.length > 120 ? named.slice(0, 120) + "…" : named}”` : "white space";
}

function phrase(item) {
  if (item.kind === "note") return item.old ? `look at ${spoken(item.old)}` : "look here";
  if (!item.text) return `delete ${spoken(item.old)}`;
  if (!item.old) return `insert ${spoken(item.text)}`;
  return `change ${spoken(item.old)} to ${spoken(item.text)}`;
}

const STATE_WORDS = { accepted: "accepted", open: "open", rejected: "rejected" };

function nameOf(item) {
  const kind = item.kind === "note" ? "Note" : item.state === "open" ? "Suggestion" : "Edit";
  return `${kind}: ${phrase(item)}, ${STATE_WORDS[item.state]}`;
}

function unseen(text) { return h("span", { class: "mx-unseen" }, text); }

// One edit in the text. Insertions are underlined and deletions struck through: never colour alone.
// What the eye sees from that, a screen reader hears as words between.
function mark(item, current) {
  const classes = ["mx-edit", `mx-${item.state}`, `mx-is-${item.kind}`, current ? "mx-current" : ""].join(" ").trim();
  const parts = [];
  if (item.kind === "note") parts.push(h("span", { class: "mx-noted" }, ...visibleOr(item.old, "⚑")), unseen(" (note)"));
  else if (item.state === "accepted") {
    if (item.old) parts.push(unseen("deleted "), h("del", {}, ...visible(item.old)));
    if (item.text) parts.push(unseen(" inserted "), h("ins", {}, ...visible(item.text)));
  } else if (item.state === "open") {
    if (item.old) parts.push(h("span", { class: "mx-kept" }, ...visible(item.old)));
    if (item.text) parts.push(unseen(" suggested "));
    parts.push(h("span", { class: "mx-ghost" }, ...visibleOr(item.text, "delete?")));
  } else parts.push(h("span", { class: "mx-kept" }, ...visibleOr(item.old, "‸")), unseen(" (edit rejected)"));
  return h("span", {
    class: classes, role: "button", tabindex: current ? "0" : "-1", "data-item": item.n, "aria-current": current ? "true" : null,
    "aria-pressed": item.kind === "edit" ? String(item.state === "accepted") : null,
  }, ...parts);
}

function visibleOr(text, instead) { return text ? visible(text) : [instead]; }

// What stands in the text: the current item, accepted edits, then what is open, none over another.
function inPlace(segment, current, held) {
  const order = (item) => (item === current ? 0 : item.state === "accepted" && item.kind === "edit" ? 1
    : item.kind === "edit" ? 2 : 3);
  const wanted = segment.items.filter((item) => !item.elsewhere && (!item.held || held || item === current
    || item.state === "accepted") && !(item.kind === "note" && item.state === "rejected"));
  const chosen = [];
  for (const item of wanted.slice().sort((a, b) => order(a) - order(b) || a.start - b.start || a.end - b.end)) {
    const clash = chosen.some((other) => overlaps(item, other) || (item.start === other.start && item.start === item.end));
    if (!clash) chosen.push(item);
  }
  return chosen.sort((a, b) => a.start - b.start || a.end - b.end);
}

function paragraphOfChanges(segment, current, held) {
  const out = [];
  let at = 0;
  for (const item of inPlace(segment, current, held)) {
    if (item.start > at) out.push(segment.text.slice(at, item.start));
    out.push(mark(item, item === current));
    at = Math.max(at, item.end);
  }
  out.push(segment.text.slice(at));
  return out;
}

const HEAT = [[0.75, 4, "very likely"], [0.5, 3, "likely"], [0.3, 2, "perhaps"], [0.15, 1, "slightly"]];

function paragraphOfHeat(segment) {
  const out = [];
  let at = 0;
  for (const [from, to, p] of segment.words || []) {
    const step = HEAT.find(([floor]) => p >= floor);
    if (!step) continue;
    const [start, end] = [segment.units(from), segment.units(to)];
    if (start < at) continue;
    out.push(segment.text.slice(at, start));
    const title = `${Math.round(p * 100)} in 100 that an editor would change this word (${step[2]})`;
    out.push(h("mark", { class: `mx-heat mx-heat-${step[1]}`, title }, segment.text.slice(start, end)));
    at = end;
  }
  out.push(segment.text.slice(at));
  return out;
}
