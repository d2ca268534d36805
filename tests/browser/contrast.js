// Every piece of text whose contrast with its ground is below WCAG 2.1 AA, with what was measured. An expression.
(() => {
  const parse = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return parts.length < 4 ? [...parts.slice(0, 3), 1] : parts;
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => {
      const s = c / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const shapeUnder = (text) => {
    const group = text.closest("g");
    const shape = group && (group.querySelector(":scope > circle") || group.querySelector(":scope > rect"));
    return shape ? parse(getComputedStyle(shape).fill) : null;
  };
  const groundOf = (element) => {
    let ground = [0, 0, 0, 0];
    if (element.namespaceURI.endsWith("svg")) {
      const shape = shapeUnder(element);
      if (shape) { return shape; }
    }
    const grounds = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) { grounds.push(colour); }
      if (colour[3] === 1) { break; }
    }
    ground = grounds.pop() || [255, 255, 255, 1];
    while (grounds.length) { ground = over(grounds.pop(), ground); }
    return ground;
  };
  const poor = [];
  let measured = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, title, desc")) { continue; }
    if (!element.checkVisibility({ visibilityProperty: true })) { continue; }
    const style = getComputedStyle(element);
    const isSvg = element.namespaceURI.endsWith("svg");
    const ground = groundOf(element);
    const colour = over(parse(isSvg ? style.fill : style.color), ground);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    measured += 1;
    const found = ratio(colour, ground);
    if (found < wanted) {
      poor.push(`${node.textContent.trim().slice(0, 40)}: ${found.toFixed(2)} (${element.className.baseVal ?? element.className})`);
    }
  }
  return { measured, poor };
})()
