// What an assistive technology would stumble over, as sentences. An expression.
(() => {
  const found = [];
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const wrong = (condition, words) => { if (condition) { found.push(words); } };
  const nameOf = (element) => (element.getAttribute("aria-label")
    || (element.getAttribute("aria-labelledby") || "").split(" ").map((id) => id && document.getElementById(id)?.textContent).join(" ").trim()
    || Array.from(element.labels || []).map((label) => label.textContent).join(" ")
    || element.textContent).trim();

  wrong(!document.documentElement.lang, "the page has no language");
  wrong(!document.title.trim(), "the page has no title");
  for (const [selector, count] of [["main", 1], ["body > header", 1], ["body > footer", 1], ["h1", 1]]) {
    wrong(all(selector).length !== count, `there are ${all(selector).length} of ${selector}`);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.localName[1]);
    wrong(next > level + 1, `heading "${heading.textContent}" skips a level`);
    wrong(!heading.textContent.trim(), "a heading is empty");
    level = next;
  }
  for (const control of all("button, a[href], input, select, summary, [tabindex='0'], [role='img']")) {
    wrong(shown(control) && !nameOf(control), `${control.outerHTML.slice(0, 80)} has no name`);
  }
  for (const section of all("section, article, form")) {
    wrong(!section.getAttribute("aria-labelledby") && !section.getAttribute("aria-label"), `${section.localName} has no name`);
  }
  for (const head of all("th")) {
    wrong(!["col", "row"].includes(head.scope), `th "${head.textContent}" has no scope`);
  }
  for (const table of all("table")) {
    wrong(!table.caption || !table.caption.textContent.trim(), "a table has no caption");
  }
  for (const list of all("ul")) {
    wrong(Array.from(list.children).some((item) => item.localName !== "li"), "a list holds what is no item");
  }
  for (const list of all("dl")) {
    wrong(!Array.from(list.children).every((item) => item.localName === "div" && item.children[0].localName === "dt"
      && item.children[1].localName === "dd"), "a dl is not made of pairs");
  }
  const ids = all("[id]").map((element) => element.id);
  wrong(new Set(ids).size !== ids.length, "an id stands there twice");
  wrong(all("[tabindex]").some((element) => Number(element.tabIndex) > 0), "a tabindex is positive");
  for (const box of all(".scroll")) {
    wrong(box.tabIndex !== 0 || !box.getAttribute("role"), "what scrolls cannot be reached by keyboard");
  }
  for (const control of all("button, input, select, summary").filter(shown)) {
    wrong(control.getBoundingClientRect().height < 24, `${control.outerHTML.slice(0, 60)} is lower than 24 pixels`);
  }
  return found;
})()
