"use strict";

// The page says everything without this: sorting, filters and the switch of colours are the extra.
(() => {
  const byId = (id) => document.getElementById(id);

  // Light or dark: what the system says, unless somebody pressed the button.
  const theme = byId("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const tellTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.hidden = false;
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  system.addEventListener("change", tellTheme);
  tellTheme();

  // Filters: a cluster stays when its row matches all of them; its findings when they match severity and traffic.
  const form = byId("filters");
  const fields = { cluster: byId("f-cluster"), state: byId("f-state"), severity: byId("f-severity"),
    traffic: byId("f-traffic"), text: byId("f-text") };
  const clusters = Array.from(document.querySelectorAll("#fleet-table tbody tr"), (row) => {
    const section = byId(row.dataset.cluster);
    const name = row.querySelector("th").textContent.toLowerCase();
    return { row, section, name, text: null,
      cards: section ? Array.from(section.querySelectorAll("li.difference")) : [],
      objects: section ? Array.from(section.querySelectorAll("article")) : [] };
  });
  const textOf = (cluster) => {
    if (cluster.text === null) {
      cluster.text = (cluster.row.textContent + (cluster.section ? cluster.section.textContent : "")).toLowerCase();
    }
    return cluster.text;
  };
  const cardFits = (card, wanted) =>
    (!wanted.severity || card.dataset.severity === wanted.severity) &&
    (!wanted.traffic || card.dataset.traffic === wanted.traffic);
  const fits = (cluster, wanted) =>
    cluster.name.includes(wanted.cluster) &&
    (!wanted.state || cluster.row.dataset.state === wanted.state) &&
    (!(wanted.severity || wanted.traffic) || cluster.cards.some((card) => cardFits(card, wanted))) &&
    (!wanted.text || textOf(cluster).includes(wanted.text));
  const filter = () => {
    const wanted = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, field.value.trim().toLowerCase()]));
    let shown = 0;
    for (const cluster of clusters) {
      const visible = fits(cluster, wanted);
      shown += visible;
      cluster.row.hidden = !visible;
      if (cluster.section) {
        cluster.section.hidden = !visible;
      }
      for (const card of cluster.cards) {
        card.hidden = !cardFits(card, wanted);
      }
      for (const object of cluster.objects) {
        const cards = Array.from(object.querySelectorAll("li.difference"));
        object.hidden = cards.length > 0 && cards.every((card) => card.hidden);
      }
    }
    byId("shown").textContent = shown === clusters.length ? "" : `${shown} of ${clusters.length} clusters shown`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => window.setTimeout(filter));

  // Sorting: every heading becomes a button; the same one again turns the order round.
  const body = document.querySelector("#fleet-table tbody");
  const heads = Array.from(document.querySelectorAll("#fleet-table thead th"));
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort);
  };
  const compare = (one, other) => (typeof one === "number" ? one - other : one.localeCompare(other, "en", { numeric: true }));
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const numbers = body.rows.length > 0 && typeof valueOf(body.rows[0], column) === "number" && head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const down = before === null ? numbers : before === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = Array.from(body.rows).sort((one, other) => compare(valueOf(one, column), valueOf(other, column)));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
})();
