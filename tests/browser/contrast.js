// SPDX-License-Identifier: MIT
// Texts whose contrast with what is behind them is below WCAG AA: 4.5, or 3 for large text.  Run in the page; returns a list.
function luminance(c) {
    const [r, g, b] = c.map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function parse(color) {
    const n = color.match(/[\d.]+/g).map(Number);
    return { rgb: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 };
}
function over(top, a, base) { return top.map((x, i) => x * a + base[i] * (1 - a)); }
function behind(element) {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
        const c = parse(getComputedStyle(e).backgroundColor);
        layers.push(c);
        if (c.a === 1) break;
    }
    return layers.reverse().reduce((base, c) => over(c.rgb, c.a, base), [255, 255, 255]);
}
// In a chart the cell under a figure is the background.
function cell(text) {
    const box = text.getBBox(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    let base = behind(text.ownerSVGElement);
    for (const rect of text.ownerSVGElement.querySelectorAll("rect")) {
        const b = rect.getBBox(), s = getComputedStyle(rect);
        if (rect.compareDocumentPosition(text) & 4 && x > b.x && x < b.x + b.width && y > b.y && y < b.y + b.height)
            base = over(parse(s.fill).rgb, +s.opacity, base);
    }
    return base;
}
const bad = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const e = node.parentElement, s = getComputedStyle(e);
    if (!node.nodeValue.trim() || !e.getClientRects().length || e.closest("script,style,title,.skip")) continue;
    const svg = e.ownerSVGElement, fore = parse(svg ? s.fill : s.color), base = svg ? cell(e) : behind(e);
    const a = luminance(over(fore.rgb, fore.a, base)), b = luminance(base);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), size = parseFloat(s.fontSize);
    const large = size >= 24 || (size >= 18.66 && +s.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) bad.add(`${e.localName}.${e.getAttribute("class") || ""} ${ratio.toFixed(2)} "${node.nodeValue.trim().slice(0, 20)}"`);
}
return [...bad].slice(0, 10);
