// The review: a report as tracked changes that the user walks through and decides on.
// `element`, `props`, `server`, `trigger` and `watch` come from gradio's HTML component.

const root = element.querySelector(".mx-root");
const view = { model: null, current: null, mode: "changes", filter: "all", started: 0, timer: 0, pace: 0 };
const parts = {};
const PLURAL = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many || one + "s"}`;
const TITLE = (category) => (category.split("/")[1] || category).replace(/-/g, " ");

function say(text) {
  parts.live.textContent = "";
  requestAnimationFrame(() => { parts.live.textContent = text; });
}

function build() {
  parts.live = h("div", { class: "mx-unseen", role: "status", "aria-live": "polite", id: "mx-live" });
  parts.progress = h("div", { class: "mx-progress", role: "status", hidden: true });
  parts.problem = h("div", { class: "mx-problem", role: "alert", hidden: true });
  parts.review = h("section", { class: "mx-review", "aria-label": "Review", hidden: true, tabindex: "-1",
    onkeydown: onKey });
  root.replaceChildren(parts.live, parts.progress, parts.problem, parts.review);
}

// Running ------------------------------------------------------------------------------------

function started(text) {
  const words = (text.match(/\S+/g) || []).length;
  view.started = performance.now();
  parts.problem.hidden = true;
  const guess = view.pace && words > 2000 ? `, about ${Math.ceil(words / view.pace)} s` : "";
  const time = h("span", { class: "mx-seconds" });
  parts.progress.replaceChildren(h("span", { class: "mx-spin", "aria-hidden": "true" }),
    h("span", {}, `Reading ${PLURAL(words, "word")}${guess} …`), time);
  clearInterval(view.timer);
  // Most texts take less than half a second: a bar that flashes by would only disturb.
  view.timer = setInterval(() => {
    const seconds = (performance.now() - view.started) / 1000;
    if (seconds > 0.4) parts.progress.hidden = false;
    time.textContent = seconds > 2 ? ` ${Math.floor(seconds)} s` : "";
  }, 200);
}

function stopped() {
  clearInterval(view.timer);
  parts.progress.hidden = true;
}

function received(payload) {
  stopped();
  if (!payload || !(payload.report || payload.problem)) return;
  if (payload.problem) {
    parts.problem.replaceChildren(h("strong", {}, payload.problem.message), " ", payload.problem.hint || "");
    parts.problem.hidden = false;
    parts.review.hidden = true;
    document.body.classList.remove("mx-has-report");
    return;
  }
  parts.problem.hidden = true;
  if (payload.words > 500) view.pace = payload.words / Math.max(payload.seconds, 0.05);
  Object.assign(view, { model: new Model(payload), current: null, mode: "changes", filter: "all" });
  view.after = payload.report.document.after;
  document.body.classList.add("mx-has-report");
  document.body.classList.remove("mx-writing");
  parts.review.classList.toggle("mx-long", payload.words > 3000);
  parts.review.hidden = false;
  drawReview();
  const first = view.model.items[0];
  if (first) choose(first, { focus: false, scroll: false });
  parts.review.scrollIntoView({ block: "start", behavior: calm() });
  say(`Done. ${summary()}.`);
  (parts.review.querySelector(".mx-edit[tabindex='0']") || parts.headline).focus({ preventScroll: true });
}

function calm() { return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"; }

// Drawing ------------------------------------------------------------------------------------

function drawReview() {
  parts.score = h("div", { class: "mx-score" });
  parts.notices = h("div", { class: "mx-notices" }, ...notices());
  parts.tools = h("div", { class: "mx-tools", role: "toolbar", "aria-label": "Review tools" });
  parts.page = h("article", { class: "mx-page", "aria-label": "Your text with changes", lang: "en",
    tabindex: "-1" });
  parts.card = h("div", { class: "mx-card", role: "group", "aria-label": "The current edit" });
  parts.filters = h("div", { class: "mx-filters", role: "group", "aria-label": "Show" });
  parts.list = h("ul", { class: "mx-list", "aria-label": "Findings", onscroll: onListScroll });
  const side = h("aside", { class: "mx-side", "aria-label": "Findings and decisions" }, parts.card,
    h("div", { class: "mx-listing" }, h("h3", { class: "mx-label" }, "Findings"), parts.filters, parts.list));
  const main = h("div", { class: "mx-main" }, parts.tools, parts.page);
  parts.review.replaceChildren(parts.score, parts.notices, h("div", { class: "mx-columns" }, main, side));
  drawScore();
  drawTools();
  drawPage();
  drawFilters();
  drawList();
  drawCard();
}

function notices() {
  const { payload, record } = view.model;
  const lines = [...(payload.warnings || []), ...record.document.notices];
  const failed = record.document.failures;
  if (failed.length) lines.push(`${PLURAL(failed.length, "check")} failed on this text and left it alone: ${
    [...new Set(failed.map((f) => f.stage))].join(", ")}.`);
  return lines.map((line) => h("p", { class: "mx-notice" }, line));
}

function drawPage() {
  const { segments, layout } = view.model;
  parts.page.classList.toggle("mx-plain", view.mode !== "changes");
  if (view.mode === "heat" && !segments.some((s) => s.words)) {
    parts.page.replaceChildren(h("p", { class: "mx-absent" }, "The heat map shows how likely an editor would change " +
      "each word. It needs the tagger model, which is not part of this installation or is switched off. " +
      "Everything else works without it."));
    return;
  }
  parts.paragraphs = segments.map((segment, seg) => h("p", { "data-seg": seg, dir: "auto" }));
  const nodes = [];
  if (view.mode === "heat") nodes.push(legend());
  parts.paragraphs.forEach((node, seg) => {
    if (seg && !/\n\s*\n|\r\s*\r/.test(layout[seg] || "\n\n")) node.classList.add("mx-close");
    drawParagraph(seg);
    nodes.push(node);
  });
  parts.page.replaceChildren(...nodes);
}

function drawParagraph(seg) {
  const node = parts.paragraphs && parts.paragraphs[seg];
  if (!node) return;
  const segment = view.model.segments[seg];
  if (view.mode === "heat") node.replaceChildren(...paragraphOfHeat(segment));
  else if (view.mode === "clean") {
    const post = view.model.postEdit(seg);
    node.replaceChildren(post);
    node.hidden = !post.trim();
  } else node.replaceChildren(...paragraphOfChanges(segment, view.current));
}

function legend() {
  return h("p", { class: "mx-legend" }, "An editor would change: ", ...[1, 2, 3, 4].map((level) =>
    h("mark", { class: `mx-heat mx-heat-${level}` }, HEAT.find((step) => step[1] === level)[2])));
}

const DIMENSIONS = ["accuracy", "linguistic", "terminology", "style", "locale", "markup"];
// id -> [label, which items]
const FILTERS = new Map([
  ["all", ["All", () => true]],
  ["open", ["To decide", (item) => item.kind === "edit" && !item.held && item.state === "open"]],
  ["flagged", ["Flagged", (item) => item.kind === "note"]],
  ["held", ["Held back", (item) => item.held]],
  ...DIMENSIONS.map((name) => [name, [name[0].toUpperCase() + name.slice(1), (item) => item.category.startsWith(`${name}/`)]]),
  ...["tagger", "rewriter"].map((name) => [name, [`By the ${name}`, (item) => item.by === name]]),
]);

function shown() { return view.model.items.filter(FILTERS.get(view.filter)[1]); }

function drawFilters() {
  const choices = [...FILTERS].map(([id, [label, test]]) => [id, label, view.model.items.filter(test).length])
    .filter(([id, , n]) => n || id === "all" || id === view.filter);
  parts.filters.replaceChildren(...choices.map(([id, label, n]) => h("button", {
    class: "mx-chip", type: "button", "aria-pressed": String(view.filter === id), "data-act": `filter-${id}`,
    onclick: () => filter(id),
  }, label, h("span", { class: "mx-count" }, n.toLocaleString("en")))));
}

function filter(id) {
  view.filter = id;
  keepFocus(parts.filters, drawFilters);
  parts.list.replaceChildren();
  drawList();
  drawCard();
}

// What is drawn anew keeps the focus: a keyboard's place would be lost with it.
function keepFocus(box, draw) {
  const act = box.contains(document.activeElement) && document.activeElement.dataset.act;
  draw();
  if (act) (box.querySelector(`[data-act="${act}"]:not(:disabled)`) || parts.page).focus({ preventScroll: true });
}

// The list grows as it is scrolled: thousands of rows at once would make each decision slow.
const ROWS = 200;

function drawList() {
  const top = parts.list.scrollTop;
  const drawn = Math.max(ROWS, parts.list.childElementCount);
  parts.list.replaceChildren();
  growList(drawn);
  if (!parts.list.childElementCount) parts.list.append(h("li", { class: "mx-none" }, "Nothing here."));
  parts.list.scrollTop = top;
}

function growList(to) {
  const rows = shown().slice(parts.list.childElementCount, to);
  parts.list.append(...rows.map((item) => h("li", {}, row(item))));
}

function onListScroll() {
  const { list } = parts;
  if (list.scrollTop + list.clientHeight > list.scrollHeight - 400) growList(list.childElementCount + ROWS);
}

function drawRow(item) {
  const old = parts.list.querySelector(`[data-row="${item.n}"]`);
  if (old) old.replaceWith(row(item));
}

const SIGNS = { accepted: "✓", open: "?", rejected: "✕" };

function signOf(item) {
  if (item.kind === "note") return item.state === "rejected" ? "✓" : "⚑";
  return item.held && item.state === "open" ? "‖" : SIGNS[item.state];
}

function row(item) {
  const current = item === view.current;
  return h("button", {
    class: `mx-row mx-is-${item.state}${current ? " mx-current" : ""}`, type: "button", "data-row": item.n,
    "aria-current": current ? "true" : null, onclick: () => choose(item, { scroll: true, page: true }),
    tabindex: current || (!view.current && item.n === 0) ? "0" : "-1",
  }, h("span", { class: "mx-sign", "aria-hidden": "true" }, signOf(item)),
  h("span", { class: "mx-what" }, ...change(item, 60), item.by === "rule" ? null : h("span", { class: "mx-by" }, item.by)),
  h("span", { class: "mx-why" }, titleOf(item)), h("span", { class: "mx-unseen" }, `, ${STATE_WORDS[item.state]}`));
}

function change(item, limit) {
  if (item.seen) return [h("span", { class: "mx-from" }, "Source: "), h("span", { dir: "auto" }, cut(item.seen, limit))];
  const { before, after } = item.change;
  if (item.kind === "note") return [h("span", {}, ...visibleOr(cut(before, limit), item.elsewhere ? "In the source" : "Here"))];
  return pieces(before, after, limit);
}

function cut(text, limit) { return text.length > limit ? text.slice(0, limit) + "…" : text; }

function pieces(before, after, limit) {
  const found = wordwise(before, after);
  if (found.length === 1) {
    const del = before ? h("del", {}, ...visible(cut(before, limit))) : null;
    const ins = after ? h("ins", {}, ...visible(cut(after, limit))) : null;
    return [del, del && ins ? h("span", { class: "mx-arrow", "aria-hidden": "true" }, "→") : null, ins].filter(Boolean);
  }
  // In a row of the list the words between two changes are left out in the middle.
  const short = (text) => (limit < 100 && text.length > 24 ? `${text.slice(0, 10)} … ${text.slice(-10)}` : text);
  return found.flatMap(({ same, del, ins }) => same !== undefined ? [short(same)]
    : [del ? h("del", {}, ...visible(del)) : null, ins ? h("ins", {}, ...visible(ins)) : null]).filter(Boolean);
}

function titleOf(item) {
  const known = view.model.payload.detectors[item.detector];
  return item.message || (known && known.title) || (item.by === "rule" ? item.detector : `Proposed by the ${item.by}.`);
}
