// The score, the tools above the text, and what leaves the page: clipboard and files.

function drawScore() {
  const { payload, record } = view.model;
  const after = view.after;
  const tiles = record.document.before.map((score, i) => {
    const now = after[i] || score;
    return h("div", { class: "mx-tile" }, h("span", { class: "mx-label", title: score.signature },
      score.metric === "MQM" ? "MQM-style score" : score.metric),
    h("span", { class: "mx-numbers" }, h("span", { class: "mx-before" }, score.value.toFixed(1)),
      h("span", { class: "mx-arrow", "aria-hidden": "true" }, "→"), h("span", { class: "mx-unseen" }, " before, "),
      h("strong", {}, now.value.toFixed(1)), h("span", { class: "mx-unseen" }, " after"),
      h("span", { class: "mx-of" }, "of 100")));
  });
  parts.headline = h("h2", { class: "mx-headline", tabindex: "-1" }, headline());
  parts.score.replaceChildren(h("div", { class: "mx-head" }, parts.headline,
    h("p", { class: "mx-sub" }, `${summary()} · ${PLURAL(payload.words, "word")} in ${payload.seconds.toFixed(1)} s`)),
  ...tiles, hangsOn(record.document.before, after));
}

function headline() {
  const found = counts();
  if (!view.model.items.length) return "Nothing to repair";
  const open = found.suggested;
  if (open) return `${found.fixed ? "Repaired" : "Read"}, ${open.toLocaleString("en")} left for you`;
  return found.fixed ? "Repaired" : "Read";
}

function hangsOn(before, after) {
  const penalty = (scores) => Object.fromEntries(Object.entries((scores.find((s) => s.metric === "MQM") || { detail: {} })
    .detail).filter(([name]) => name.includes("/")));
  const [was, is] = [penalty(before), penalty(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .sort((a, b) => Math.max(was[b] || 0, is[b] || 0) - Math.max(was[a] || 0, is[a] || 0));
  if (!names.length) return null;
  const most = Math.max(...names.map((name) => Math.max(was[name] || 0, is[name] || 0)));
  const bar = (value, kind) => h("span", { class: `mx-bar mx-bar-${kind}`, style: `width:${(100 * value) / most}%` });
  const number = (value) => String(Math.round((value || 0) * 10) / 10);
  const line = (name) => h("li", {}, h("span", { class: "mx-bar-name" }, TITLE(name)),
    h("span", { class: "mx-bars", "aria-hidden": "true" }, bar(was[name] || 0, "was"), bar(is[name] || 0, "is")),
    h("span", { class: "mx-bar-number" }, `${number(was[name])} → ${number(is[name])}`));
  const rest = names.slice(4);
  return h("div", { class: "mx-hangs" }, h("span", { class: "mx-label" }, "Penalty by kind, before and after"),
    h("ul", {}, ...names.slice(0, 4).map(line)),
    rest.length ? h("details", {}, h("summary", {}, `${rest.length} more`), h("ul", {}, ...rest.map(line))) : null);
}

// The score of the text as it stands now: asked for when the user has paused, one question at a time, and the
// rarer the longer an answer takes.
function rescore() {
  drawHead();
  clearTimeout(view.wait);
  view.wait = setTimeout(askScore, Math.max(900, 2 * (view.took || 0)));
}

async function askScore() {
  const { model } = view;
  if (view.asking) { view.wait = setTimeout(askScore, 1000); return; }
  const began = performance.now();
  view.asking = true;
  parts.score.setAttribute("aria-busy", "true");
  try {
    const answer = await server.rescore({ token: model.payload.token, text: model.text() });
    if (model === view.model && answer && answer.after) { view.after = answer.after; drawScore(); }
  } catch (error) { /* the score before stays: the text is what counts */ }
  view.took = performance.now() - began;
  view.asking = false;
  parts.score.removeAttribute("aria-busy");
}

function drawHead() {
  parts.headline.textContent = headline();
  const { payload } = view.model;
  parts.headline.nextSibling.textContent = `${summary()} · ${PLURAL(payload.words, "word")} in ${payload.seconds.toFixed(1)} s`;
}

function drawTools() {
  const modes = [["changes", "Changes"], ["heat", "Suspect words"], ["clean", "Clean text"]];
  const views = h("div", { class: "mx-switch", role: "group", "aria-label": "View" }, ...modes.map(([id, label]) =>
    h("button", { type: "button", "aria-pressed": String(view.mode === id), "data-act": `view-${id}`, onclick: () => {
      view.mode = id;
      drawPage();
      keepFocus(parts.tools, drawTools);
      say(`View: ${label}.`);
    } }, label)));
  const edits = view.model.items.filter((item) => item.kind === "edit" && !item.held);
  const guesses = view.model.items.filter(FILTERS.get("open")[1]);
  const tool = (label, act, more) => h("button", { class: "mx-tool", type: "button", onclick: act, ...more }, label,
    more["aria-keyshortcuts"] ? h("kbd", { "aria-hidden": "true" }, more["aria-keyshortcuts"]) : null);
  parts.tools.replaceChildren(views, h("span", { class: "mx-space" }),
    tool("Undo", undo, { "data-act": "undo", disabled: !view.model.done.length, "aria-keyshortcuts": "u" }),
    menu("all", "All", [["Accept all", () => decide(edits, "accepted")], ["Reject all", () => decide(edits, "rejected")],
      ["Reject what is open", () => decide(guesses, "rejected")]]),
    tool("Copy", copy, { id: "mx-copy", "data-act": "copy" }),
    menu("download", "Download", [["Text (.txt)", () => give("txt")], ["Word, tracked changes (.docx)", () => give("docx")],
      ["Report (.html)", () => give("html")], ["Data (.json)", () => give("json")],
      ["My decisions (.jsonl)", () => give("jsonl")]], "mx-primary"));
}

function menu(id, label, entries, more) {
  const box = h("details", { class: `mx-menu ${more || ""}` }, h("summary", { "data-act": `menu-${id}` }, label));
  box.append(h("ul", {}, ...entries.map(([text, act]) => h("li", {}, h("button", { type: "button",
    onclick: () => { box.open = false; box.firstChild.focus(); act(); } }, text)))));
  return box;
}

async function copy() {
  const text = view.model.text();
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) { // no permission, or no secure context: the old way
    const area = h("textarea", { class: "mx-unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const button = parts.tools.querySelector("#mx-copy");
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
  say("The repaired text is on the clipboard.");
}

async function give(kind) {
  const { model } = view;
  const own = { txt: () => model.text(), jsonl: () => model.decisions() }[kind];
  if (own) { save(`mtfix.${kind}`, new Blob([own()], { type: "text/plain;charset=utf-8" })); return; }
  say("Writing the file.");
  const record = model.decided();
  record.document.after = view.after;
  let file;
  try {
    file = await server.export({ kind, record });
  } catch (error) {
    file = { problem: "The file could not be made: the server does not answer." };
  }
  if (file.problem) {
    parts.notices.replaceChildren(h("p", { class: "mx-notice", role: "alert" }, file.problem));
    return;
  }
  const bytes = Uint8Array.from(atob(file.data), (char) => char.charCodeAt(0));
  save(file.name, new Blob([bytes], { type: file.type }));
}

function save(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`${name} is downloaded.`);
}
