// The page around the review: theme, drawer, and a key to start. Runs once, when the page has loaded.
() => {
  if (window.mtfixFrame) return;
  window.mtfixFrame = true;
  const body = document.body;
  const saved = localStorage.getItem("mtfix-theme");
  if (saved) body.classList.toggle("dark", saved === "dark");
  let opener = null;
  const drawer = (open) => {
    body.classList.toggle("mx-drawer-open", open);
    document.querySelectorAll("[data-mx=drawer]").forEach((b) => b.setAttribute("aria-expanded", String(open)));
    if (open) setTimeout(() => document.querySelector("#mx-drawer [data-mx=close]")?.focus(), 60);
    else if (opener) opener.focus();
  };
  document.addEventListener("click", (event) => {
    const what = event.target.closest?.("[data-mx]")?.dataset.mx;
    if (what === "drawer") { opener = event.target.closest("button"); drawer(!body.classList.contains("mx-drawer-open")); }
    if (what === "close") drawer(false);
    if (what === "theme") {
      const dark = body.classList.toggle("dark");
      localStorage.setItem("mtfix-theme", dark ? "dark" : "light");
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("#mx-inputs textarea")) body.classList.add("mx-writing");
  });
  // gradio names every upload button alike, and otherwise than it reads.
  const nameUploads = () => document.querySelectorAll("button.upload-container, button[aria-dropeffect]").forEach((b) => {
    const label = b.closest(".block")?.querySelector("label")?.textContent.trim();
    b.removeAttribute("aria-label");
    if (label) b.setAttribute("aria-description", label);
  });
  setInterval(nameUploads, 2000);
  document.addEventListener("click", () => setTimeout(nameUploads, 60));
  nameUploads();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && body.classList.contains("mx-drawer-open")) drawer(false);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.("#mx-inputs")) {
      document.querySelector("#mx-go")?.click();
    }
  });
  const form = document.querySelector("#mx-drawer");
  if (form) { form.setAttribute("role", "dialog"); form.setAttribute("aria-label", "Settings"); }
  const picker = document.querySelector("#mx-example input");
  if (picker) picker.placeholder = "Choose a text";
  document.documentElement.lang = "en";
  // Not by gradio's autofocus, which takes the focus again later; not on a phone, where the keyboard would open.
  if (matchMedia("(pointer: fine)").matches) document.querySelector("#mx-text textarea")?.focus();
}
