// Comfort only: every page works without it. Keys, the theme, forms that need no button, progress.
(() => {
  "use strict";
  const root = document.documentElement;
  const typing = (e) => e.target.closest("input, select, textarea, [contenteditable]") !== null;

  // Light or dark: what was chosen is kept for a year, and sent along so that no page flashes.
  const theme = document.getElementById("theme");
  if (theme) {
    theme.hidden = false;
    theme.addEventListener("click", () => {
      const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=strict`;
    });
  }

  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-submit]") && e.target.value !== undefined && e.target.checkValidity()) e.target.form.requestSubmit();
  });

  // A form says that it is under way, and is not sent twice.
  document.addEventListener("submit", (e) => {
    root.dataset.busy = "";
    if (e.target.method === "post") e.target.querySelectorAll("button").forEach((b) => { b.disabled = true; });
  });
  document.addEventListener("click", (e) => {
    const link = e.target.closest("a[href]");
    if (link && !link.hasAttribute("download") && !link.hash && !e.ctrlKey && !e.metaKey && !e.shiftKey && link.origin === location.origin) root.dataset.busy = "";
  });
  addEventListener("pageshow", () => { delete root.dataset.busy; });

  // Keys.
  const rows = () => [...document.querySelectorAll("[data-list] [data-open]")];
  const move = (by) => {
    const all = rows();
    if (all.length === 0) return;
    const at = all.indexOf(document.activeElement);
    const to = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    to.focus();
    to.scrollIntoView({ block: "nearest" });
  };
  const places = { d: "/", w: "/worklist", m: "/messages", a: "/ageing" };
  // What is entered daily: the key opens its form, at the first field.
  const enter = (key) => {
    const box = document.querySelector(`details[data-key="${CSS.escape(key)}"]`);
    if (!box) return false;
    box.open = true;
    box.querySelector("input:not([type=hidden]), select, textarea").focus();
    return true;
  };
  let going = false;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
    const dialog = document.getElementById("keys");
    if (going && places[e.key]) { location.href = places[e.key]; return; }
    going = e.key === "g";
    if (e.key === "/") { e.preventDefault(); document.getElementById("search").focus(); }
    else if (e.key === "j") move(1);
    else if (e.key === "k") move(-1);
    else if (e.key === "n") document.querySelector("[data-next]")?.click();
    else if (enter(e.key)) e.preventDefault();
    else if (e.key === "?" && dialog && !dialog.open) dialog.showModal();
  });

  // A chart is read by pointer and by arrow keys, in the words of its table.
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const reading = chart.querySelector(".reading");
    const plots = [...chart.querySelectorAll(".plot")];
    if (!reading) continue;
    const words = new Map([...chart.querySelectorAll("tr[data-at]")].map((row) => [Number(row.dataset.at),
      [...row.cells].map((cell) => cell.dataset.says ?? cell.textContent)]));
    const last = words.size - 1;
    let at = Number(reading.dataset.at);
    const read = (to) => {
      at = Math.min(last, Math.max(0, to));
      reading.replaceChildren(...words.get(at).map((text) => {
        const part = document.createElement("span");
        part.textContent = text;
        return part;
      }));
      for (const plot of plots) {
        plot.classList.add("read");
        plot.setAttribute("aria-valuenow", at);
        plot.setAttribute("aria-valuetext", words.get(at).join(", "));
        for (const point of plot.querySelectorAll(".point")) point.classList.toggle("here", Number(point.dataset.at) === at);
      }
    };
    for (const plot of plots) {
      plot.setAttribute("tabindex", "0");
      plot.setAttribute("role", "slider");
      plot.setAttribute("aria-valuemin", 0);
      plot.setAttribute("aria-valuemax", last);
      plot.setAttribute("aria-valuenow", at);
      plot.setAttribute("aria-valuetext", words.get(at).join(", "));
      // Its words stand above already.
      plot.querySelectorAll("title").forEach((title) => title.remove());
      plot.addEventListener("pointerover", (e) => { if (e.target.closest(".point")) read(Number(e.target.closest(".point").dataset.at)); });
      plot.addEventListener("focus", () => read(at));
      plot.addEventListener("keydown", (e) => {
        const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last }[e.key];
        if (to === undefined || e.ctrlKey || e.metaKey || e.altKey) return;
        e.preventDefault();
        read(to);
      });
    }
  }

  // A check under way: the page is made anew when it ends.
  const progress = document.querySelector("[data-progress]");
  if (progress) {
    const look = async () => {
      const state = await (await fetch(progress.dataset.progress)).json();
      if (!state.running) { location.reload(); return; }
      progress.querySelector("progress").max = state.of;
      progress.querySelector("progress").value = state.done;
      progress.querySelector("[data-share]").textContent = Math.floor(100 * state.done / Math.max(1, state.of));
      setTimeout(look, 500);
    };
    setTimeout(look, 300);
  }
})();
