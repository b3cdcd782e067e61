// What the user does: the current edit's card, the tools, the keys, the files.

function drawCard() {
  const item = view.current;
  if (!item) {
    parts.card.replaceChildren(h("p", { class: "mx-clean" }, "No faults found. The text is returned as it was."));
    return;
  }
  const all = shown();
  const known = view.model.payload.detectors[item.detector];
  const place = all.includes(item) ? `${all.indexOf(item) + 1} of ${all.length}` : "";
  // On a phone the card must leave room for the text: the rest opens at a touch.
  const narrow = matchMedia("(max-width: 1020px)").matches;
  const about = [facts(item)], actions = [ofKind(item), rules(item, known)].filter(Boolean), reasons = why(known);
  const inside = narrow ? [...about, ...actions, ...reasons] : reasons;
  const more = inside.length ? h("details", { class: "mx-more", open: view.more ?? false,
    ontoggle: (event) => { view.more = event.target.open; } },
  h("summary", {}, narrow ? "Details" : "Why this is a fault"), ...inside) : null;
  parts.card.replaceChildren(
    h("div", { class: "mx-card-head" }, h("span", { class: `mx-state mx-is-${item.state}` }, stateOf(item)),
      h("span", { class: "mx-place" }, place),
      iconButton("↑", "Previous (k)", () => step(-1)), iconButton("↓", "Next (j)", () => step(1))),
    h("p", { class: "mx-change" }, ...change(item, 1200)), h("p", { class: "mx-message" }, titleOf(item)),
    ...remarks(item), ...(narrow ? [] : about), decideButtons(item), ...[wordings(item)].filter(Boolean),
    ...(narrow ? [] : actions), ...[more].filter(Boolean));
}

function remarks(item) {
  const said = [];
  if (item.held) said.push(["Held back by the guard ", item.guard, "."]);
  if (item.active.length > 1) said.push([`${item.active.length} edits that are made together.`]);
  const instead = item.state === "accepted" ? [] : view.model.accepted(item.seg).filter((other) =>
    !item.choices.includes(other) && item.edits.some((edit) => edit !== other && overlaps(edit, other)));
  if (instead.length) said.push(["Instead of ", ...instead.flatMap((edit) => pieces(edit.old, edit.text, 60)), ", which is made now."]);
  return said.map((parts) => h("p", { class: "mx-guard" }, ...parts));
}

// Other wordings: a click takes one instead.
function wordings(item) {
  const offers = item.choices.filter((choice) => choice !== item.choice).map((choice) => [choice, item.wording(choice)])
    .filter(([, text], n, all) => text !== null && all.findIndex(([, other]) => other === text) === n);
  if (!offers.length && !item.choice) return null;
  const take = (label, act) => h("button", { class: "mx-offer", type: "button", onclick: act }, ...label);
  return h("div", { class: "mx-also" }, h("span", {}, "Or"),
    ...(item.choice ? [take(visibleOr(stretch(item.segment.text, item.edits).after, "delete"), () => decide([item], "accepted"))] : []),
    ...offers.slice(0, 4).map(([choice, text]) => take(visibleOr(text, "delete"), () => refreshAfter(view.model.take(item, choice), item))));
}

function refreshAfter(changed, item) {
  refresh(changed);
  say(`Accepted: ${phrase(item)}. ${summary()}.`);
}

function stateOf(item) {
  if (item.kind === "note") return item.state === "rejected" ? "✓ Dealt with" : "⚑ Flagged";
  if (item.held && item.state === "open") return "‖ Held back";
  return { accepted: "✓ Accepted", open: "? Suggestion", rejected: "✕ Rejected" }[item.state];
}

function iconButton(sign, label, act) {
  return h("button", { class: "mx-icon", type: "button", "aria-label": label, title: label, onclick: act }, sign);
}

function button(label, key, act, more) {
  return h("button", { class: "mx-button", type: "button", "aria-keyshortcuts": key, onclick: act, ...more }, label,
    key ? h("kbd", { "aria-hidden": "true" }, key) : null);
}

function decideButtons(item) {
  if (item.kind === "note") return h("div", { class: "mx-decide" },
    button("Mark as dealt with", "r", () => decide([item], "rejected"), { disabled: item.state === "rejected" }));
  return h("div", { class: "mx-decide" },
    button("Accept", "a", () => decide([item], "accepted"),
      { "data-act": "accept", class: "mx-button mx-yes", disabled: item.state === "accepted" }),
    button("Reject", "r", () => decide([item], "rejected"),
      { "data-act": "reject", class: "mx-button mx-no", disabled: item.state === "rejected" }));
}

const MAKERS = { rule: "the rule itself", tagger: "the tagger, a model", rewriter: "the rewriter, a model" };

function facts(item) {
  const percent = Math.round(item.confidence * 100);
  const kind = item.category ? `${item.category.split("/")[0]} › ${TITLE(item.category)}` : "model edit";
  const rows = [["Kind", [`${kind} · ${item.severity}`]]];
  if (view.model.payload.detectors[item.detector]) rows.push(["Found by", [item.detector]]);
  if (item.kind === "edit") rows.push(["Written by", [MAKERS[item.active[0].by] || item.active[0].by]]);
  rows.push(["Confidence", [h("span", { class: "mx-sure", "aria-hidden": "true" }, h("span", { style: `width:${percent}%` })), `${percent} %`]]);
  return h("dl", { class: "mx-facts" }, ...rows.map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", {}, ...value))));
}

function why(known) {
  if (!known || !known.why) return [];
  return [h("div", { class: "mx-because" }, ...known.why.split(/\n\s*\n/).map((text) => h("p", {}, text.replace(/\s+/g, " "))))];
}

function ofKind(item) {
  if (item.kind === "note" || item.held) return null;
  const same = view.model.kind(item);
  if (same.length < 2) return null;
  return h("div", { class: "mx-kind" }, h("span", {}, `${same.length} of this kind`),
    h("button", { class: "mx-link", type: "button", "aria-keyshortcuts": "Shift+A", "data-act": "kind-accept",
      onclick: () => decide(same, "accepted") }, "Accept all"),
    h("button", { class: "mx-link", type: "button", "aria-keyshortcuts": "Shift+R", "data-act": "kind-reject",
      onclick: () => decide(same, "rejected") }, "Reject all"));
}

// Lasting decisions go to the settings and, on one's own machine, to mtfix.toml.
function rules(item, known) {
  const keep = (value) => () => trigger("remember", { what: "keep", value });
  const links = [];
  const word = item.change.before.trim();
  if (word && word.length <= 60 && !/\n/.test(word)) links.push([/^\p{Lu}/u.test(word) ? "Keep this name" :
    "Leave this word alone", keep(word)]);
  if (known) links.push(["Switch this detector off", () => trigger("remember", { what: "off", value: item.detector })]);
  if (!links.length) return null;
  return h("div", { class: "mx-kind" }, h("span", {}, "From now on"), ...links.map(([label, act]) =>
    h("button", { class: "mx-link", type: "button", onclick: act }, label)));
}

function choose(item, { focus = true, scroll = true, page = false } = {}) {
  const before = view.current;
  view.current = item;
  if (view.mode !== "changes") { view.mode = "changes"; drawTools(); drawPage(); }
  for (const seg of new Set([before, item].filter(Boolean).map((i) => i.seg))) drawParagraph(seg);
  drawCard();
  moveRow(before);
  const node = parts.page.querySelector(`[data-item="${item.n}"]`) || parts.paragraphs[item.seg];
  if (scroll && node) node.scrollIntoView({ block: "center", behavior: calm() });
  if (focus && (page || parts.review.contains(document.activeElement) || document.activeElement === document.body)) {
    (node && node.tabIndex >= 0 ? node : parts.page).focus({ preventScroll: true });
  }
}

function moveRow(before) {
  [before, view.current].filter(Boolean).forEach(drawRow);
  reveal(view.current);
}

function reveal(item) {
  const at = shown().indexOf(item);
  if (at >= parts.list.childElementCount) growList(at + 50);
  const now = parts.list.querySelector(`[data-row="${item.n}"]`);
  if (now) parts.list.scrollTop = now.offsetTop - parts.list.clientHeight / 3;
}

function step(by) {
  const all = shown();
  if (!all.length) return;
  const at = all.indexOf(view.current);
  choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
  say(`${nameOf(view.current)}. ${titleOf(view.current)}`);
}

function decide(items, state) {
  const changed = view.model.decide(items, state);
  if (!changed.length) return;
  refresh(changed);
  const what = items.length > 1 ? PLURAL(items.length, "edit") : phrase(items[0]);
  say(`${state === "accepted" ? "Accepted" : "Rejected"}: ${what}. ${summary()}.`);
}

function undo() {
  const changed = view.model.undo();
  if (!changed) { say("Nothing to undo."); return; }
  const before = view.current;
  view.current = changed[0];
  if (before) drawParagraph(before.seg);
  refresh(before ? [before, ...changed] : changed);
  say(`Undone: ${nameOf(changed[0])}. ${summary()}.`);
}

// Only what changed is drawn anew: a long text has thousands of edits.
function refresh(changed) {
  const had = parts.page.contains(document.activeElement);
  const asked = document.activeElement && document.activeElement.dataset.act;
  new Set([...changed, view.current].filter(Boolean).map((item) => item.seg)).forEach(drawParagraph);
  drawFilters();
  if (["open", "held"].includes(view.filter) || changed.length > 100) drawList();
  else changed.forEach(drawRow);
  drawCard();
  drawTools();
  rescore();
  const node = parts.page.querySelector(".mx-edit.mx-current");
  const again = asked && parts.review.querySelector(`[data-act="${asked}"]:not(:disabled)`);
  if (again) again.focus({ preventScroll: true });
  else if (had || document.activeElement === document.body) (node || parts.page).focus({ preventScroll: true });
}

// In the words of the HTML report, and with its numbers.
function counts() {
  const found = { fixed: 0, suggested: 0, "held back": 0, flagged: 0, rejected: 0 };
  for (const item of view.model.items) {
    const { state } = item;
    if (item.kind === "note") found[state === "rejected" ? "fixed" : "flagged"] += 1;
    else if (state === "accepted") found.fixed += 1;
    else found[state === "rejected" ? "rejected" : item.held ? "held back" : "suggested"] += 1;
  }
  return found;
}

function summary() {
  const said = Object.entries(counts()).filter(([, n]) => n).map(([name, n]) => `${n.toLocaleString("en")} ${name}`);
  return said.join(", ") || "nothing found";
}

// Keys work while the review has the focus, or nothing has: never in the way of typing.
const KEYS = {
  j: () => step(1), k: () => step(-1), u: undo,
  a: () => view.current && view.current.kind === "edit" && decide([view.current], "accepted"),
  r: () => view.current && decide([view.current], "rejected"),
  A: () => view.current && view.current.kind === "edit" && decide(view.model.kind(view.current), "accepted"),
  R: () => view.current && view.current.kind === "edit" && decide(view.model.kind(view.current), "rejected"),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !view.model) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.defaultPrevented) return;
  if (event.key === "Escape") parts.review.querySelectorAll("details.mx-menu[open]").forEach((d) => { d.open = false; });
  if ((event.key === "Enter" || event.key === " ") && event.target.closest("[data-item]")) {
    event.preventDefault();
    toggle(view.model.items[event.target.closest("[data-item]").dataset.item]);
    return;
  }
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (arrow && event.target.closest(".mx-list")) { event.preventDefault(); step(arrow); return; }
  const act = KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
}

// A click beside the text leaves the focus on nothing: the keys go on working.
function onBodyKey(event) {
  const shownNow = !parts.review.hidden && parts.review.offsetParent;
  if (event.target === document.body && shownNow && !document.body.classList.contains("mx-drawer-open")) onKey(event);
}

function toggle(item) {
  if (item !== view.current) choose(item);
  else if (item.kind === "edit") decide([item], item.state === "accepted" ? "rejected" : "accepted");
}
