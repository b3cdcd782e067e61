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
  const { before, after } = item.change;
  if (item.kind === "note") return before ? `look at ${spoken(before)}` : "look here";
  if (!after) return `delete ${spoken(before)}`;
  if (!before) return `insert ${spoken(after)}`;
  return `change ${spoken(before)} to ${spoken(after)}`;
}

const STATE_WORDS = { accepted: "accepted", open: "open", rejected: "rejected" };

function nameOf(item) {
  const kind = item.kind === "note" || item.held ? "Note" : item.state === "open" ? "Suggestion" : "Edit";
  return `${kind}: ${phrase(item)}, ${STATE_WORDS[item.state]}`;
}

function unseen(text) { return h("span", { class: "mx-unseen" }, text); }

// A long replacement is read word by word: [{same}, {del, ins} ...]; a short one, or one with little in common, as a whole.
function wordwise(before, after) {
  const whole = [{ del: before, ins: after }];
  const cut = (text) => text.match(/\s+|[\p{L}\p{M}\p{N}’']+|[^\s\p{L}\p{M}\p{N}]/gu) || [];
  const [a, b] = [cut(before), cut(after)];
  if (Math.min(a.length, b.length) < 5 || a.length * b.length > 90000) return whole;
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) {
    table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  }
  const out = [];
  let i = 0, j = 0, shared = 0;
  const put = (part, kind) => {
    const last = out[out.length - 1];
    if (last && (kind === "same") === ("same" in last)) last[kind] = (last[kind] || "") + part;
    else out.push(kind === "same" ? { same: part } : { del: "", ins: "", [kind]: part });
  };
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { shared += a[i].trim().length; put(a[i], "same"); i++; j++; }
    else if (j === b.length || (i < a.length && table[i + 1][j] >= table[i][j + 1])) put(a[i++], "del");
    else put(b[j++], "ins");
  }
  return shared * 2.5 < Math.max(before.length, after.length) ? whole : joined(out);
}

// Two changes with nothing but a space between them are one.
function joined(pieces) {
  const out = [];
  pieces.forEach((piece, n) => {
    const last = out[out.length - 1];
    if ("same" in piece && !piece.same.trim() && last && n < pieces.length - 1) { last.del += piece.same; last.ins += piece.same; }
    else if (last && !("same" in piece) && !("same" in last)) { last.del += piece.del; last.ins += piece.ins; }
    else out.push({ ...piece });
  });
  return out;
}

// One edit in the text. Insertions are underlined and deletions struck through: never colour alone.
// What the eye sees from that, a screen reader hears as words between.
function mark({ item, old, text }, current) {
  const { state } = item;
  const classes = `mx-edit mx-${state} mx-is-${item.held && state === "open" && !current ? "note" : item.kind}${current ? " mx-current" : ""}`;
  return h("span", {
    class: classes, role: "button", tabindex: current ? "0" : "-1", "data-item": item.n, "aria-current": current ? "true" : null,
    "aria-pressed": item.kind === "edit" ? String(state === "accepted") : null,
  }, ...inside(item, old, text, current));
}

function inside(item, old, text, current) {
  if (item.kind === "note" || (item.held && item.state === "open" && !current)) {
    return [h("span", { class: "mx-noted" }, ...visibleOr(old, "⚑")), unseen(" (note)")];
  }
  if (item.state === "rejected") return [h("span", { class: "mx-kept" }, ...visibleOr(old, "‸")), unseen(" (edit rejected)")];
  return item.state === "accepted" ? made(old, text) : suggested(old, text);
}

function made(old, text) {
  return wordwise(old, text).flatMap(({ same, del, ins }) => same !== undefined ? visible(same) : [
    del ? unseen("deleted ") : null, del ? h("del", {}, ...visible(del)) : null,
    ins ? unseen(" inserted ") : null, ins ? h("ins", {}, ...visible(ins)) : null]);
}

function suggested(old, text) {
  const pieces = wordwise(old, text);
  const long = pieces.length > 1;
  return pieces.flatMap(({ same, del, ins }) => same !== undefined ? [h("span", { class: "mx-kept" }, ...visible(same))] : [
    del ? h("span", { class: long ? "mx-kept mx-cut" : "mx-kept" }, ...visible(del)) : null,
    long && del && !ins ? unseen(" suggested to delete ") : unseen(" suggested "),
    ins || !long ? h("span", { class: "mx-ghost" }, ...visibleOr(ins, "delete?")) : null]);
}

function visibleOr(text, instead) { return text ? visible(text) : [instead]; }

// What stands in the text: the current item, accepted edits, then what is open, none over another.
function inPlace(segment, current) {
  const order = ({ item }) => (item === current ? 0 : item.kind === "note" || item.held ? 3 : item.state === "accepted" ? 1 : 2);
  const chosen = [];
  for (const place of segment.items.flatMap((item) => placesOf(item, current)).sort((a, b) => order(a) - order(b) || a.start - b.start || a.end - b.end)) {
    const clash = chosen.some((other) => overlaps(place, other) || (place.start === other.start && place.start === place.end));
    if (!clash) chosen.push(place);
  }
  return chosen.sort((a, b) => a.start - b.start || a.end - b.end);
}

function placesOf(item, current) {
  if (item.elsewhere || (item.kind === "note" && item.state === "rejected")) return [];
  if (item.kind === "note" || (item.held && item.state === "open" && item !== current)) return [{ item, start: item.start, end: item.end, old: item.old, text: null }];
  return item.active.map((edit) => ({ item, start: edit.start, end: edit.end, old: edit.old, text: edit.text }));
}

function paragraphOfChanges(segment, current) {
  const out = [];
  let at = 0;
  for (const place of inPlace(segment, current)) {
    if (place.start > at) out.push(segment.text.slice(at, place.start));
    out.push(mark(place, place.item === current));
    at = Math.max(at, place.end);
  }
  out.push(segment.text.slice(at));
  return out;
}

const HEAT = [[0.75, 4, "very likely"], [0.6, 3, "likely"], [0.46, 2, "perhaps"], [0.36, 1, "slightly"]];

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
