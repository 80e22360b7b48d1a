// Looks at the page as it is shown: every text against what lies behind it, the reach of each control, the width.
(() => {
  for (const d of document.querySelectorAll("main details")) d.open = true;
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const read = (color) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = color;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = (el) => {
    const layers = [];
    for (let e = el; e; e = e.parentElement) layers.push(read(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => {
    const v = c[i] / 255;
    return sum + w * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (a, b) => {
    const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };
  const name = (el) => `${el.tagName.toLowerCase()}.${el.getAttribute("class") || ""} "${(el.textContent || el.name || "").trim().slice(0, 40)}"`;
  const shown = (el) => el.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && el.getBoundingClientRect().width > 1;
  const faults = [];
  let lowest = 99;

  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const el = n.parentElement;
    if (!n.data.trim() || !shown(el) || el.closest("script, option, .sr, .skip")) continue;
    const ground = behind(el);
    const r = ratio(over(read(getComputedStyle(el).color), ground), ground);
    lowest = Math.min(lowest, r);
    if (r < 4.5) faults.push(`contrast ${r.toFixed(2)}: ${name(el)}`);
  }
  for (const el of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, .button")) {
    if (!shown(el)) continue;
    const style = getComputedStyle(el);
    const edge = Math.max(ratio(read(style.borderTopColor), behind(el.parentElement)), ratio(behind(el), behind(el.parentElement)));
    if (edge < 3) faults.push(`edge ${edge.toFixed(2)}: ${name(el)}`);
  }
  for (const el of document.querySelectorAll("a, button, summary, input:not([type=hidden]), select, textarea")) {
    if (!shown(el) || el.closest(".skip, .code, p, li, dd, label, .figure-label, .two") || el.closest("td") === el.parentElement) continue; // within running text or rows of their own
    const box = el.getBoundingClientRect();
    if (box.height < 24 || box.width < 24) faults.push(`target ${Math.round(box.width)}x${Math.round(box.height)}: ${name(el)}`);
  }
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) faults.push(`the page is ${wide} px too wide`);
  return { faults, lowest };
})()
