// Small comforts. Every page works without this file.
"use strict";
(() => {
  const fragment = { headers: { "X-Fragment": "1" }, credentials: "same-origin" };

  // Filters: submit when a choice changes; typing in a search waits for Enter.
  document.addEventListener("change", (e) => {
    const form = e.target.closest && e.target.closest("form[data-auto-submit]");
    if (form && e.target.matches("select, input[type=date], input[type=month], input[type=checkbox]")) form.requestSubmit();
  });

  // Empty filters need not stand in the address.
  document.addEventListener("submit", (e) => {
    if (!e.target.matches("form[data-auto-submit]")) return;
    for (const field of e.target.elements) if (field.name && field.value === "") field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-auto-submit] :disabled")) field.disabled = false;
  });

  // Copy a hash or a link.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const label = button.textContent;
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  }

  // Printing: only where a page offers it, and only with this file.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // A form that came back with faults begins at their list.
  const faults = document.querySelector("[data-focus]");
  if (faults) faults.focus();

  // Check a document while it is typed: the answer is a fragment of the page.
  for (const area of document.querySelectorAll("textarea[data-check]")) {
    const target = document.querySelector(`[data-check-result="${area.id}"]`);
    let timer = 0, run = null;
    const check = async () => {
      if (run) run.abort();
      run = new AbortController();
      const body = new URLSearchParams({ [area.name]: area.value });
      try {
        const answer = await fetch(area.dataset.check, { ...fragment, method: "POST", body, signal: run.signal });
        if (answer.ok) target.innerHTML = await answer.text();
      } catch { /* the next key stroke tries again */ }
    };
    area.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(check, 400); });
    if (area.value.trim() !== "") check();

    // Number its lines, and let a problem lead to its place.
    const lineHeight = parseFloat(getComputedStyle(area).lineHeight);
    const numbered = document.createElement("div"), gutter = document.createElement("div"), numbers = document.createElement("div");
    numbered.className = "with-gutter";
    gutter.className = "gutter";
    gutter.setAttribute("aria-hidden", "true");
    area.before(numbered);
    gutter.append(numbers);
    numbered.append(gutter, area);
    const number = () => { numbers.textContent = area.value.split("\n").map((_, i) => i + 1).join("\n"); };
    area.addEventListener("input", number);
    area.addEventListener("scroll", () => { numbers.style.transform = `translateY(${-area.scrollTop}px)`; });
    number();
    target.addEventListener("click", (e) => {
      const link = e.target.closest("a[data-line]");
      if (!link) return;
      e.preventDefault();
      const lines = area.value.split("\n"), at = Math.min(link.dataset.line, lines.length) - 1;
      const start = lines.slice(0, at).reduce((n, line) => n + line.length + 1, 0), end = start + lines[at].length;
      const from = start + [...lines[at]].slice(0, Math.max(link.dataset.column, 1) - 1).join("").length;
      area.focus({ preventScroll: true });
      area.setSelectionRange(from < end ? from : start, end);
      area.scrollLeft = 0;
      area.scrollTop = at * lineHeight - area.clientHeight / 3;
      const top = area.getBoundingClientRect().top + at * lineHeight - area.scrollTop;
      if (top < 0 || top > innerHeight - 2 * lineHeight) scrollBy(0, top - innerHeight / 3);
    });
  }

  // Progress: ask again until the answer no longer asks to be asked, more slowly when it fails.
  const follow = (box, wait) => {
    if (!box || !box.dataset.poll) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(box.dataset.poll, fragment);
        if (!answer.ok) throw new Error(answer.status);
        const next = document.createElement("template");
        next.innerHTML = (await answer.text()).trim();
        const fresh = next.content.firstElementChild;
        if (!fresh) return;
        box.replaceWith(fresh);
        if (fresh.dataset.poll) follow(fresh, 1500);
        else if (fresh.dataset.then) location.assign(fresh.dataset.then);
      } catch { follow(box, Math.min(wait * 2, 30000)); }
    }, wait);
  };
  for (const box of document.querySelectorAll("[data-poll]")) follow(box, 1000);

  // A list by keys: j and k go through it, / to the search, c to what is new, figures open the kept views. Where somebody types, or a combination is meant, they are left alone.
  const keyed = document.querySelector("[data-keys]");
  if (keyed) document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input, textarea, select") || e.target.isContentEditable) return;
    const rows = [...keyed.querySelectorAll("tbody tr td:first-child a, a[data-row]")], at = rows.indexOf(document.activeElement);
    const search = keyed.querySelector("input[type=search]");
    if (e.key === "j" && rows.length) rows[Math.min(at + 1, rows.length - 1)].focus();
    else if (e.key === "k" && rows.length) rows[Math.max(at - 1, 0)].focus();
    else if (e.key === "/" && search) search.focus();
    else if (e.key >= "1" && e.key <= "9") {
      const view = keyed.querySelectorAll("[data-views] a")[e.key - 1];
      if (!view) return;
      location.assign(view.href);
    }
    else if (e.key === "c" && keyed.dataset.new) location.assign(keyed.dataset.new);
    else return;
    e.preventDefault();
  });

  document.documentElement.classList.add("js");
})();
