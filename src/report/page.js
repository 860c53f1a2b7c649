// SPDX-License-Identifier: MIT
// Tables of the HTML report: sort, filter, fold.  Without it everything is there, only longer.
"use strict";
(function () {
var FOLD = 12;
function number(text) {
var n = parseFloat(text.replace(/[,<\s]/g, "").replace("\u2212", "-"));
return isNaN(n) ? -Infinity : n;
}
function key(cell, kind) {
var text = (cell.firstChild && cell.firstChild.nodeType === 3 ? cell.firstChild.nodeValue : cell.textContent).trim();
if (kind === "n") { return number(text); }
if (kind === "t") { var d = Date.parse(text); return isNaN(d) ? -Infinity : d; }
return text.toLowerCase();
}
function sort(table, th, column) {
var kind = th.classList.contains("n") ? "n" : th.classList.contains("t") ? "t" : "s";
var up = th.getAttribute("aria-sort") === (kind === "s" ? "ascending" : "descending");
var dir = (kind === "s") === up ? -1 : 1;
var body = table.tBodies[0];
var rows = Array.from(body.rows).map(function (row, i) { return { row: row, key: key(row.cells[column], kind), i: i }; });
rows.sort(function (a, b) { return a.key < b.key ? -dir : a.key > b.key ? dir : a.i - b.i; });
rows.forEach(function (r) { body.appendChild(r.row); });
Array.from(table.tHead.rows[0].cells).forEach(function (c) { c.removeAttribute("aria-sort"); });
th.setAttribute("aria-sort", dir > 0 ? "ascending" : "descending");
}
function sortable(table) {
Array.from(table.tHead.rows[0].cells).forEach(function (th, column) {
var button = document.createElement("button");
button.type = "button";
button.textContent = th.textContent;
th.textContent = "";
th.appendChild(button);
button.addEventListener("click", function () { sort(table, th, column); });
});
}
function foldable(table, box) {
var button = document.createElement("button");
var n = table.tBodies[0].rows.length;
function label() { button.textContent = table.classList.contains("folded") ? "Show all " + n + " rows" : "Show the first " + FOLD; }
button.type = "button";
button.className = "more";
table.classList.add("folded");
label();
button.addEventListener("click", function () { table.classList.toggle("folded"); label(); });
box.after(button);
return function () { table.classList.remove("folded"); label(); };
}
function filterable(table, box, unfold) {
var tools = document.createElement("p");
var label = document.createElement("label");
var input = document.createElement("input");
var said = document.createElement("span");
tools.className = "tools";
input.type = "search";
said.setAttribute("role", "status");
label.append("Filter ", input);
tools.append(label, said);
input.addEventListener("input", function () {
var want = input.value.trim().toLowerCase(), n = 0;
if (want) { unfold(); }
Array.from(table.tBodies[0].rows).forEach(function (row) {
var hit = row.textContent.toLowerCase().indexOf(want) >= 0;
row.hidden = !hit;
n += hit;
});
said.textContent = want ? n + " of " + table.tBodies[0].rows.length + " rows shown" : "";
});
box.before(tools);
}
document.querySelectorAll("main table").forEach(function (table) {
var box = table.parentNode, n = table.tBodies[0].rows.length;
if (n > 1) { sortable(table); }
if (n > FOLD + 3) { filterable(table, box, foldable(table, box)); }
});
})();
