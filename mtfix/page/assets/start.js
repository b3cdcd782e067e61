// Wires the review to the page.

build();
parts.review.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-item]");
  if (edit && parts.page.contains(edit)) toggleOrChoose(view.model.items[edit.dataset.item]);
});

// A first click shows what the edit is; the decision is a click on a button, or a key.
function toggleOrChoose(item) { choose(item, { scroll: false, page: true }); }

document.addEventListener("keydown", onBodyKey);
document.addEventListener("click", (event) => {
  for (const box of root.querySelectorAll("details.mx-menu[open]")) if (!box.contains(event.target)) box.open = false;
});
watch("value", () => {
  received(props.value);
  window.mtfix.answer += 1;
});
// `answer` counts what was drawn: by it a test knows that a new review is there.
window.mtfix = { started, stopped, answer: 0 };
if (props.value) received(props.value);
