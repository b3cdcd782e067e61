// What the page knows of a report: its notes, their edits and states, and the text that follows from them. No DOM here.
// Offsets in a report count code points; here they are turned into UTF-16 units once, when it arrives.

const STATES = { ACCEPTED: "accepted", OPEN: "open", REJECTED: "rejected" };

function unitsOf(text) {
  if (!/[\ud800-\udfff]/.test(text)) return (at) => at;
  const starts = [0];
  for (const char of text) starts.push(starts[starts.length - 1] + char.length);
  return (at) => starts[Math.min(at, starts.length - 1)];
}

function overlaps(a, b) {
  if (a.start === b.start && a.end === b.end) return true;
  if (a.start === a.end) return b.start < a.start && a.start < b.end;
  if (b.start === b.end) return a.start < b.start && b.start < a.end;
  return a.start < b.end && b.start < a.end;
}

// What several edits change, as one stretch before and after.
function stretch(text, edits) {
  const sorted = edits.slice().sort((a, b) => a.start - b.start || a.end - b.end);
  const start = sorted[0].start, end = Math.max(...sorted.map((edit) => edit.end));
  let after = "", at = start;
  for (const edit of sorted) {
    if (edit.start < at) continue;
    after += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return { start, end, before: text.slice(start, end), after: after + text.slice(at, end) };
}

// A note of the report: what is decided as one, with the edits that would be made together and other wordings.
class Item {
  constructor(note, n, segment) {
    const [start, end] = note.span.map(segment.units);
    const [edits, choices] = [note.edits, note.choices].map((rows) => rows.map((row) => segment.edits[row]));
    const elsewhere = note.side !== "hypothesis";
    const first = edits[0] || {};
    Object.assign(this, note, {
      n, seg: note.segment, segment, start, end, edits, choices, elsewhere, kind: edits.length ? "edit" : "note",
      own: { state: STATES.OPEN }, by: first.by || "rule", confidence: edits.length ? first.confidence : note.confidence,
      held: Boolean(note.held), guard: note.held, seen: elsewhere ? note.seen : "",
    });
    for (const edit of edits) edit.items.push(this);
  }

  get state() {
    if (this.kind === "note") return this.own.state;
    if (this.choice || this.edits.every((edit) => edit.state === STATES.ACCEPTED)) return STATES.ACCEPTED;
    return this.edits.every((edit) => edit.state === STATES.REJECTED) ? STATES.REJECTED : STATES.OPEN;
  }

  // The other wording that stands in the text, if one was chosen.
  get choice() { return this.choices.find((edit) => edit.state === STATES.ACCEPTED); }
  get active() { return this.choice ? [this.choice] : this.edits; }

  get change() {
    if (this.kind === "note") return { start: this.start, end: this.end, before: this.old, after: null };
    return stretch(this.segment.text, this.active);
  }

  get old() { return this.elsewhere ? "" : this.segment.text.slice(this.start, this.end); }

  // A choice as it would read in the place of the suggestion.
  wording(choice) {
    const whole = stretch(this.segment.text, this.edits);
    if (choice.start < whole.start || choice.end > whole.end) return choice.text || null;
    const { text } = this.segment;
    return text.slice(whole.start, choice.start) + choice.text + text.slice(choice.end, whole.end);
  }
}

class Model {
  constructor(payload) {
    this.payload = payload;
    this.record = payload.report;
    this.layout = this.record.document.layout;
    this.done = [];
    this.segments = this.record.segments.map((segment, seg) => this.segment(segment, seg));
    this.items = payload.notes.map((note, n) => new Item(note, n, this.segments[note.segment]));
    for (const item of this.items) this.segments[item.seg].items.push(item);
  }

  segment(record, seg) {
    const units = unitsOf(record.hypothesis);
    const edits = record.edits.map((edit, row) => {
      const [start, end] = edit.span.map(units);
      return { seg, row, start, end, text: edit.text, old: record.hypothesis.slice(start, end), by: edit.by,
        confidence: edit.confidence, span: edit.span, state: edit.applied ? STATES.ACCEPTED : STATES.OPEN, items: [] };
    });
    return { text: record.hypothesis, units, edits, items: [], words: record.words || null };
  }

  kind(item) { return this.items.filter((i) => i.kind === "edit" && !i.held && i.detector === item.detector); }

  accepted(seg) {
    return this.segments[seg].edits.filter((edit) => edit.state === STATES.ACCEPTED)
      .sort((a, b) => a.start - b.start || a.end - b.end);
  }

  // Each step is undone as a whole; all ways to decide return the items that changed.
  decide(items, state) {
    return this.step((set) => items.forEach((item) => {
      if (item.kind === "note") set(item.own, state, item);
      else if (state === STATES.ACCEPTED) this.put(item, item.edits, set);
      else {
        if (item.choice) set(item.choice, STATES.OPEN, item);
        item.edits.forEach((edit) => set(edit, state, item));
      }
    }));
  }

  take(item, choice) { return this.step((set) => this.put(item, [choice], set)); }

  put(item, edits, set) {
    for (const other of this.accepted(item.seg)) {
      const mine = item.edits.includes(other) || item.choices.includes(other);
      if (edits.includes(other) || !(mine || edits.some((edit) => overlaps(edit, other)))) continue;
      // What is made together is taken back together.
      [other, ...other.items.filter((i) => i !== item).flatMap((i) => i.edits)]
        .filter((edit) => !edits.includes(edit)).forEach((edit) => set(edit, STATES.OPEN, item));
    }
    edits.forEach((edit) => set(edit, STATES.ACCEPTED, item));
  }

  step(act) {
    const step = [];
    act((what, to, item) => {
      if (what.state === to) return;
      step.push({ what, from: what.state, item });
      what.state = to;
    });
    if (step.length) this.done.push(step);
    return this.touched(step);
  }

  touched(step) { return [...new Set(step.flatMap(({ what, item }) => [item, ...(what.items || [])]))]; }

  undo() {
    const step = this.done.pop();
    if (!step) return null;
    for (const { what, from } of step.slice().reverse()) what.state = from;
    return this.touched(step);
  }

  postEdit(seg) {
    const { text } = this.segments[seg];
    let out = "", at = 0;
    for (const edit of this.accepted(seg)) {
      out += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return out + text.slice(at);
  }

  // As ingest/text.py writes: an emptied segment goes with the separator after it.
  text() {
    const posts = this.segments.map((_, seg) => this.postEdit(seg));
    if (!this.layout.length) return posts.filter((p) => p.trim()).join("\n");
    const kept = posts.map((post, i) => Boolean(post.trim()) || !this.segments[i].text);
    const last = kept.lastIndexOf(true);
    if (last < 0) return kept.length ? "" : this.layout[0];
    const out = [this.layout[0]];
    posts.forEach((post, i) => {
      if (kept[i]) out.push(post, i < last ? this.layout[i + 1] : "");
    });
    return out.join("") + this.layout[this.layout.length - 1];
  }

  // The report with the user's decisions in it, for the files that are made of it.
  decided() {
    const record = structuredClone(this.record);
    for (const { edits } of this.segments) for (const { seg, row, state } of edits) {
      const edit = record.segments[seg].edits[row];
      edit.applied = state === STATES.ACCEPTED;
      if (edit.applied && edit.accepted === false) Object.assign(edit, { accepted: true, guard: null, guard_reason: "" });
      if (state === STATES.REJECTED) Object.assign(edit, { accepted: false, guard: "user", guard_reason: "rejected by hand" });
    }
    record.segments.forEach((segment, seg) => { segment.post_edit = this.postEdit(seg); });
    record.document.post_edit = this.text();
    return record;
  }

  // One line a decision, as `models.train.rewriter --data` reads them. Spans count code points.
  decisions() {
    const byHand = new Set(this.done.flat().map(({ what }) => what));
    const told = new Set();
    return this.items.filter((item) => item.kind === "edit" && item.state !== STATES.OPEN).map((item) => {
      const { active } = item;
      const record = this.record.segments[item.seg];
      const line = JSON.stringify({
        hypothesis: record.hypothesis, source: record.source,
        span: [Math.min(...active.map((e) => e.span[0])), Math.max(...active.map((e) => e.span[1]))],
        answer: item.change.after, accepted: item.state === STATES.ACCEPTED,
        decided: active.some((edit) => byHand.has(edit)) ? "by hand" : "by default",
        by: active[0].by, confidence: active[0].confidence, detector: item.detector, category: item.category,
      }) + "\n";
      const key = active.map((edit) => `${edit.seg}.${edit.row}`).join();
      return told.has(key) ? "" : told.add(key) && line;
    }).join("");
  }
}
