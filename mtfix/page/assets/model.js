// What the page knows of a report: edits and their states, and the text that follows from them. No DOM here.
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

function fits(edit, length) {
  return edit.span[0] <= edit.span[1] && edit.span[1] <= length;
}

class Model {
  constructor(payload) {
    this.payload = payload;
    this.record = payload.report;
    this.layout = this.record.document.layout;
    this.segments = [];
    this.items = [];
    this.done = [];
    this.record.segments.forEach((segment, seg) => this.take(segment, seg));
    this.items.sort((a, b) => a.seg - b.seg || a.start - b.start || a.end - b.end || a.rank - b.rank);
    this.items.forEach((item, n) => { item.n = n; this.segments[item.seg].items.push(item); });
    this.join();
  }

  take(segment, seg) {
    const units = unitsOf(segment.hypothesis);
    const length = Array.from(segment.hypothesis).length;
    this.segments.push({ text: segment.hypothesis, units, items: [], words: segment.words || null });
    const answered = new Set();
    segment.edits.forEach((edit, row) => {
      // A verdict is missing where an edit became part of another one.
      if (edit.applicability === "display" || !fits(edit, length)) return;
      if (!edit.applied && edit.accepted === null) return;
      const held = !edit.applied && edit.accepted === false && edit.guard !== "overlap";
      edit.reasons.forEach((id) => answered.add(id));
      const state = edit.applied ? STATES.ACCEPTED : STATES.OPEN;
      const findings = edit.reasons.map((id) => segment.findings[id]).filter(Boolean);
      if (!edit.applied && !this.payload.hints && findings.length && findings.every((f) => f.hint)) return;
      this.items.push(this.item(segment, seg, units, edit, { kind: "edit", row, held, state, findings }));
    });
    segment.findings.forEach((finding) => {
      if (answered.has(finding.id) || (finding.hint && !this.payload.hints)) return;
      // What is seen in the source has no place in the text: it stands at the paragraph's start.
      const elsewhere = finding.side !== "hypothesis" || !fits(finding, length);
      const edit = { span: elsewhere ? [0, 0] : finding.span, text: null, confidence: finding.confidence };
      const more = { kind: "note", row: -1, held: false, state: STATES.OPEN, findings: [finding], elsewhere };
      if (elsewhere && segment.source) more.seen = Array.from(segment.source).slice(...finding.span).join("");
      this.items.push(this.item(segment, seg, units, edit, more));
    });
  }

  item(segment, seg, units, edit, more) {
    const [start, end] = edit.span.map(units);
    const first = more.findings[0] || {};
    const others = first.edits ? first.edits.map((row) => segment.edits[row]) : [];
    return {
      seg, start, end, text: edit.text, old: segment.hypothesis.slice(start, end), by: edit.by || "rule",
      confidence: edit.confidence, guard: edit.guard || "", guardReason: edit.guard_reason || "",
      applicability: edit.applicability || "", home: more.state, rank: more.kind === "edit" ? 0 : 1,
      detector: first.detector || edit.by, category: first.category || "", severity: first.severity || "",
      message: first.message || "", partners: [],
      alternatives: others.filter((o) => o && o.applicability === "display" && o.span[0] === edit.span[0]
        && o.span[1] === edit.span[1]).map((o) => o.text), ...more,
    };
  }

  // Edits that answer one finding in different places are one decision.
  join() {
    for (const segment of this.segments) {
      const edits = segment.items.filter((item) => item.kind === "edit" && !item.held);
      for (const a of edits) for (const id of a.findings.map((f) => f.id)) {
        a.partners.push(...edits.filter((b) => b !== a && !a.partners.includes(b) && !overlaps(a, b)
          && b.findings.some((f) => f.id === id)));
      }
    }
  }

  group(item) { return [item, ...item.partners]; }
  kind(item) { return this.items.filter((i) => i.kind === "edit" && !i.held && i.detector === item.detector); }
  accepted(seg) { return this.segments[seg].items.filter((i) => i.kind === "edit" && i.state === STATES.ACCEPTED); }

  // Each step is undone as a whole; returns the items that changed.
  decide(items, state) {
    const step = [];
    const set = (item, to) => {
      if (item.state === to) return;
      step.push([item, item.state]);
      item.state = to;
    };
    for (const first of items) {
      const group = this.group(first);
      if (state === STATES.ACCEPTED) {
        for (const item of group) for (const other of this.accepted(item.seg)) {
          if (!group.includes(other) && overlaps(item, other)) this.group(other).forEach((o) => set(o, STATES.OPEN));
        }
      }
      group.forEach((item) => set(item, state));
    }
    if (step.length) this.done.push(step);
    return [...new Set(step.map(([item]) => item))];
  }

  undo() {
    const step = this.done.pop();
    if (!step) return null;
    for (const [item, state] of step.slice().reverse()) item.state = state;
    return [...new Set(step.map(([item]) => item))];
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
    this.items.forEach((item) => {
      if (item.kind !== "edit") return;
      const edit = record.segments[item.seg].edits[item.row];
      edit.applied = item.state === STATES.ACCEPTED;
      if (edit.applied && edit.accepted === false) Object.assign(edit, { accepted: true, guard: null, guard_reason: "" });
      if (item.state === STATES.REJECTED) Object.assign(edit, { accepted: false, guard: "user", guard_reason: "rejected by hand" });
    });
    record.segments.forEach((segment, seg) => { segment.post_edit = this.postEdit(seg); });
    record.document.post_edit = this.text();
    return record;
  }

  // One line a segment that has edits: what the user made of each.
  decisions() {
    return this.segments.map((segment, seg) => {
      const edits = this.items.filter((item) => item.seg === seg && item.kind === "edit");
      const rows = edits.map((item) => ({
        span: this.record.segments[seg].edits[item.row].span, text: item.text, detector: item.detector,
        category: item.category, by: item.by, confidence: item.confidence, state: item.state,
      }));
      return { schema: 1, hypothesis: segment.text, source: this.record.segments[seg].source,
        post_edit: this.postEdit(seg), edits: rows };
    }).filter((line) => line.edits.length).map((line) => JSON.stringify(line) + "\n").join("");
  }
}
