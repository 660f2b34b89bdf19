"use strict";
// timeline.js - the page's own script: rows from the JSON blocks below, a table that draws only what
// is in sight, filters, a chart, and the details of one row. Text of events goes into the page as
// text nodes only, never as markup.
(function () {
  var ROW = 31;          // height of a row in CSS pixels: timeline.css
  var PRINT_ROWS = 2000; // a printed page holds about 50, and browsers take their time
  var LEVELS = ["critical", "high", "medium", "low", "informational"];

  function byId(id) { return document.getElementById(id); }

  // Makes an element: attributes by name, then children (strings are text).
  function el(name, attributes) {
    var e = document.createElement(name);
    for (var key in attributes || {}) {
      if (attributes[key] !== null && attributes[key] !== undefined) e.setAttribute(key, attributes[key]);
    }
    for (var i = 2; i < arguments.length; i++) {
      if (arguments[i] !== null && arguments[i] !== undefined) e.append(arguments[i]);
    }
    return e;
  }

  function clear(e) { while (e.firstChild) e.removeChild(e.firstChild); return e; }

  // Characters that would show as nothing, or turn the order of others round.
  function visible(s) {
    return String(s === null || s === undefined ? "" : s)
      .replace(/[\u0000-\u001f]/g, function (c) { return String.fromCharCode(0x2400 + c.charCodeAt(0)); })
      .replace(/\u007f/g, "\u2421")
      .replace(/[\u0080-\u009f]/g, "\ufffd")
      .replace(/[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, function (c) {
        return "[U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "]";
      });
  }

  // ---- data -------------------------------------------------------------------------------------
  var meta = JSON.parse(byId("meta").textContent);
  var columnAt = {};
  meta.columns.forEach(function (c, i) { columnAt[c] = i; });
  var rows = [];
  document.querySelectorAll("script.rows").forEach(function (block) {
    JSON.parse(block.textContent).forEach(function (row) { row.i = rows.length; rows.push(row); });
    block.remove();
  });

  function cell(row, name) { return row.c[columnAt[name]] || ""; }
  function rule(row) { return meta.rules[row.r]; }
  function level(row) { return rule(row).level; }
  function title(row) { return rule(row).rule.title || rule(row).rule.id || ""; }
  function rank(row) { return LEVELS.length - LEVELS.indexOf(level(row)); }

  function timeText(row) {
    var t = cell(row, "timestamp");
    if (t === "") return "no time";
    return t.slice(0, 10) + " " + t.slice(11, 23) + (t.slice(27) === "Z" ? "" : " " + t.slice(27));
  }

  function activity(row) {
    return cell(row, "command_line") || row.m || cell(row, "image") ||
      row.d.map(function (f) { return f[0] + "=" + f[1]; }).join(" | ");
  }

  function shortChannel(row) {
    return cell(row, "channel").replace(/^Microsoft-Windows-/, "").replace(/\/Operational$/, "");
  }

  // All text of a row, made when the first search needs it.
  function haystack(row) {
    if (row.h === undefined) {
      var r = rule(row);
      row.h = [row.c.join("\n"), row.m || "", r.rule.title, r.rule.id, r.rule.file, (r.rule.tags || []).join(" "),
        r.attack.techniques.map(function (t) { return t.id + " " + t.name; }).join(" "),
        row.d.map(function (f) { return f.join("="); }).join("\n"), row.p || ""].join("\n").toLowerCase();
    }
    return row.h;
  }

  // ---- filters ----------------------------------------------------------------------------------
  var boxes = {};
  var found = rows;
  var sort = { key: "time", down: false };

  function words(text) {
    var out = [];
    text.toLowerCase().replace(/(-?)(?:"([^"]*)"?|(\S+))/g, function (all, minus, phrase, word) {
      var t = phrase !== undefined ? phrase : word;
      if (t) out.push({ text: t, not: minus === "-" });
    });
    return out;
  }

  // "2020-02-18", "2020-02-18 10:00", with or without a zone; without one, that of the rows.
  function parseTime(input, zone, end) {
    var t = input.value.trim(), bad = false, ms = null;
    if (t !== "") {
      var m = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(t);
      ms = m ? Date.parse(m[1] + "T" + (m[2] || "00:00") + (m[3] || zone)) : NaN;
      bad = isNaN(ms);
      if (!bad && end && !m[2]) ms += 86399999;
    }
    if (bad) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    return bad ? null : ms;
  }

  function rowsZone() {
    for (var i = 0; i < rows.length; i++) {
      var t = cell(rows[i], "timestamp");
      if (t) return t.slice(27);
    }
    return "Z";
  }
  var zone = rowsZone();

  function matches(row, f) {
    if (!f.levels[level(row)]) return false;
    if (f.computer !== null && cell(row, "computer") !== f.computer) return false;
    if (f.rule !== null && String(row.r) !== f.rule) return false;
    if (f.from !== null && (row.t === null || row.t < f.from)) return false;
    if (f.to !== null && (row.t === null || row.t > f.to)) return false;
    for (var i = 0; i < f.words.length; i++) {
      if (haystack(row).includes(f.words[i].text) === f.words[i].not) return false;
    }
    return true;
  }

  var sortValue = {
    time: function (row) { return row.i; },
    level: rank,
    rule: title,
    computer: function (row) { return cell(row, "computer"); },
    user: function (row) { return cell(row, "user"); },
    event: function (row) { return shortChannel(row) + " " + cell(row, "event_id").padStart(6, "0"); },
    activity: activity
  };

  function order(list) {
    var value = sortValue[sort.key], sign = sort.down ? -1 : 1;
    if (sort.key === "time") return sort.down ? list.slice().reverse() : list;
    var keyed = list.map(function (row) { return [value(row), row]; });
    keyed.sort(function (a, b) {
      return a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1].i - b[1].i;
    });
    return keyed.map(function (k) { return k[1]; });
  }

  function filter() {
    var f = {
      words: words(byId("q").value),
      computer: byId("computer").selectedIndex > 0 ? byId("computer").value : null,
      rule: byId("rule").selectedIndex > 0 ? byId("rule").value : null,
      from: parseTime(byId("from"), zone, false), to: parseTime(byId("to"), zone, true), levels: {}
    };
    LEVELS.forEach(function (l) { f.levels[l] = !boxes[l] || boxes[l].checked; });
    found = order(rows.filter(function (row) { return matches(row, f); }));
    byId("count").textContent = found.length === rows.length
      ? number(rows.length) + (rows.length === 1 ? " row" : " rows")
      : number(found.length) + " of " + number(rows.length) + " rows";
    byId("grid").scrollTop = 0;
    drawn = "";
    drawRows();
    drawChart();
  }

  function number(n) { return String(n).replace(/\B(?=(\d{3})+$)/g, ","); }

  var pending = 0;
  function filterSoon() { clearTimeout(pending); pending = setTimeout(filter, 120); }

  function countBy(value) {
    var count = new Map();
    rows.forEach(function (row) { var v = value(row); count.set(v, (count.get(v) || 0) + 1); });
    return count;
  }

  function fillFilters() {
    var levels = countBy(level), box = byId("levels");
    LEVELS.forEach(function (l) {
      if (!levels.has(l)) return;
      boxes[l] = el("input", { type: "checkbox", checked: "", value: l });
      boxes[l].addEventListener("change", filter);
      box.append(el("label", { class: l }, boxes[l], l, el("span", { class: "n" }, number(levels.get(l)))));
    });
    countBy(function (row) { return cell(row, "computer"); }).forEach(function (n, name) {
      byId("computer").append(el("option", { value: name }, visible(name || "(none)") + " (" + number(n) + ")"));
    });
    var rules = Array.from(countBy(function (row) { return row.r; }));
    rules.sort(function (a, b) { return b[1] - a[1] || (a[0] < b[0] ? -1 : 1); });
    rules.forEach(function (r) {
      var name = meta.rules[r[0]].rule.title || meta.rules[r[0]].rule.id;
      byId("rule").append(el("option", { value: String(r[0]) }, visible(name) + " (" + number(r[1]) + ")"));
    });
  }

  // ---- table ------------------------------------------------------------------------------------
  var COLUMNS = [
    ["time", "Time"], ["level", "Level"], ["rule", "Rule"], ["computer", "Computer"], ["user", "User"],
    ["event", "Event"], ["activity", "Activity"]
  ];
  var drawn = "", selected = null, printing = false;

  function drawHead() {
    var tr = clear(byId("rows").tHead.rows[0]);
    COLUMNS.forEach(function (c) {
      var on = sort.key === c[0];
      var button = el("button", { type: "button" }, c[1]);
      button.addEventListener("click", function () {
        sort = { key: c[0], down: on ? !sort.down : c[0] === "level" };
        drawHead();
        filter();
      });
      tr.append(el("th", {
        class: "c-" + c[0], scope: "col", "aria-sort": on ? (sort.down ? "descending" : "ascending") : null
      }, button));
    });
  }

  function drawRow(row, at) {
    var tr = el("tr", { class: "row", "aria-rowindex": at + 2, "aria-selected": row === selected ? "true" : null });
    var name = el("td", { class: "c-rule", title: visible(title(row)) }, visible(title(row)));
    var verdict = cell(row, "verdict");
    if (verdict !== "full") name.append(el("span", { class: "tag" }, verdict));
    tr.append(
      el("td", { class: "c-time" }, timeText(row)),
      el("td", { class: "c-level" }, el("span", { class: "level " + level(row) }, level(row))),
      name,
      el("td", { class: "c-computer", title: visible(cell(row, "computer")) }, visible(cell(row, "computer"))),
      el("td", { class: "c-user", title: visible(cell(row, "user")) }, visible(cell(row, "user"))),
      el("td", { class: "c-event", title: visible(cell(row, "channel")) },
        visible(shortChannel(row) + " " + cell(row, "event_id"))),
      el("td", { class: "c-activity", title: visible(activity(row)).slice(0, 2000) },
        visible(activity(row)).slice(0, 400)));
    tr.addEventListener("click", function () { select(row, false); });
    return tr;
  }

  // Beside the details there is room for four columns: timeline.css hides the others.
  function across() { return selected ? 4 : COLUMNS.length; }

  function space(height) {
    var td = el("td", { colspan: across() });
    td.style.height = height + "px";
    return el("tr", { class: "space", "aria-hidden": "true" }, td);
  }

  function drawRows() {
    var grid = byId("grid"), body = byId("rows").tBodies[0];
    var first = Math.max(0, Math.floor(grid.scrollTop / ROW) - 10);
    var last = Math.min(found.length, first + Math.ceil(grid.clientHeight / ROW) + 24);
    if (printing) { first = 0; last = Math.min(found.length, PRINT_ROWS); }
    var state = first + "-" + last;
    if (state === drawn) return;
    drawn = state;
    byId("rows").setAttribute("aria-rowcount", String(found.length + 1));
    clear(body);
    if (found.length === 0) {
      body.append(el("tr", {}, el("td", { colspan: across(), class: "nothing" },
        rows.length ? "No row fits the filters." : "No detection.")));
      return;
    }
    if (first > 0) body.append(space(first * ROW));
    for (var i = first; i < last; i++) body.append(drawRow(found[i], i));
    if (last < found.length) {
      body.append(printing
        ? el("tr", {}, el("td", { colspan: across() }, "and " + number(found.length - last) + " more rows"))
        : space((found.length - last) * ROW));
    }
  }

  function select(row, scroll) {
    selected = row;
    if (scroll && row) {
      var grid = byId("grid"), top = found.indexOf(row) * ROW, head = 34;
      if (top < grid.scrollTop) grid.scrollTop = top;
      else if (top + ROW + head > grid.scrollTop + grid.clientHeight) {
        grid.scrollTop = top + ROW + head - grid.clientHeight;
      }
    }
    showDetails();
    drawn = "";
    drawRows();
  }

  function onKey(event) {
    var at = found.indexOf(selected), step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key];
    if (event.key === "Escape" && selected) { select(null, false); event.preventDefault(); return; }
    if (event.key === "Home" || event.key === "End") {
      if (found.length) select(found[event.key === "Home" ? 0 : found.length - 1], true);
      event.preventDefault();
      return;
    }
    if (step === undefined || found.length === 0) return;
    event.preventDefault();
    select(found[at < 0 ? 0 : Math.min(found.length - 1, Math.max(0, at + step))], true);
  }

  // ---- chart ------------------------------------------------------------------------------------
  function svg(name, attributes) {
    var e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (var key in attributes) e.setAttribute(key, attributes[key]);
    return e;
  }

  var span = null; // [first, last] in ms of all rows
  function rowsSpan() {
    var low = Infinity, high = -Infinity;
    rows.forEach(function (row) {
      if (row.t !== null) { low = Math.min(low, row.t); high = Math.max(high, row.t); }
    });
    return low <= high ? [low, Math.max(high, low + 1000)] : null;
  }

  function offsetMs() {
    var m = /^([+-])(\d\d):(\d\d)$/.exec(zone);
    return m ? (m[1] === "-" ? -1 : 1) * (m[2] * 60 + +m[3]) * 60000 : 0;
  }

  function label(ms, seconds) {
    return new Date(ms + offsetMs()).toISOString().replace("T", " ").slice(0, seconds ? 19 : 16);
  }

  function bins(n) {
    var out = [], width = (span[1] - span[0]) / n;
    for (var i = 0; i < n; i++) out.push({});
    found.forEach(function (row) {
      if (row.t === null) return;
      var b = out[Math.min(n - 1, Math.floor((row.t - span[0]) / width))];
      b[level(row)] = (b[level(row)] || 0) + 1;
      b.all = (b.all || 0) + 1;
    });
    return out;
  }

  function drawChart() {
    var chart = clear(byId("chart"));
    if (!span) { chart.hidden = true; return; }
    var width = Math.max(300, byId("split").clientWidth - 34), height = 92, base = 74;
    var n = Math.floor(width / 9), step = width / n, data = bins(n);
    var most = Math.max.apply(null, data.map(function (b) { return b.all || 0; }).concat(1));
    var picture = svg("svg", { viewBox: "0 0 " + width + " " + height, role: "img" });
    picture.append(svg("line", { x1: 0, x2: width, y1: base + .5, y2: base + .5 }));
    data.forEach(function (b, i) {
      var y = base;
      LEVELS.forEach(function (l) {
        if (!b[l]) return;
        var h = Math.max(1.5, b[l] / most * (base - 16));
        y -= h;
        picture.append(svg("rect", { class: l, x: i * step + .5, y: Math.max(0, y), width: step - 1.5, height: h }));
      });
    });
    [[0, "start"], [.25, "middle"], [.5, "middle"], [.75, "middle"], [1, "end"]].forEach(function (t) {
      var text = svg("text", { x: width * t[0], y: height - 4, "text-anchor": t[1] });
      text.textContent = label(span[0] + (span[1] - span[0]) * t[0], span[1] - span[0] < 3600000);
      picture.append(text);
    });
    var top = svg("text", { x: width, y: 9, "text-anchor": "end" });
    top.textContent = "at most " + number(most) + " in one bar; drag to choose a span";
    picture.append(top);
    chart.append(picture);
    brush(picture, width, base);
  }

  // Dragging over the chart sets From and To.
  function brush(picture, width, base) {
    var from = null, band = null;
    function at(event) {
      var box = picture.getBoundingClientRect();
      return Math.min(width, Math.max(0, (event.clientX - box.left) / box.width * width));
    }
    picture.addEventListener("pointerdown", function (event) {
      from = at(event);
      band = svg("rect", { class: "band", x: from, y: 0, width: 0, height: base });
      picture.append(band);
      picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener("pointermove", function (event) {
      if (from === null) return;
      band.setAttribute("x", String(Math.min(from, at(event))));
      band.setAttribute("width", String(Math.abs(at(event) - from)));
    });
    picture.addEventListener("pointerup", function (event) {
      if (from === null) return;
      var a = Math.min(from, at(event)), b = Math.max(from, at(event));
      from = null;
      band.remove();
      if (b - a < 4) return;
      var perPixel = (span[1] - span[0]) / width;
      byId("from").value = label(Math.floor((span[0] + a * perPixel) / 1000) * 1000, true);
      byId("to").value = label(Math.ceil((span[0] + b * perPixel) / 1000) * 1000, true);
      filter();
    });
  }

  // ---- details ----------------------------------------------------------------------------------
  // The text with the bytes [offset, offset + length) of its UTF-8 form marked.
  function marked(text, spans) {
    var out = document.createDocumentFragment();
    var bytes = new TextEncoder().encode(text), decode = new TextDecoder(), at = 0, joined = [];
    spans.slice().sort(function (a, b) { return a[0] - b[0]; }).forEach(function (s) {
      var last = joined[joined.length - 1];
      if (s[1] <= 0 || s[0] + s[1] > bytes.length) return;
      if (last && s[0] <= last[0] + last[1]) last[1] = Math.max(last[1], s[0] + s[1] - last[0]);
      else joined.push(s.slice());
    });
    joined.forEach(function (s) {
      out.append(visible(decode.decode(bytes.subarray(at, s[0]))),
        el("mark", {}, visible(decode.decode(bytes.subarray(s[0], s[0] + s[1])))));
      at = s[0] + s[1];
    });
    out.append(visible(decode.decode(bytes.subarray(at))));
    return out;
  }

  function spansOf(row, names) {
    return row.k.filter(function (k) { return names.includes(k[1]); }).map(function (k) { return [k[4], k[5]]; });
  }

  function section(name) {
    var s = el("section", {}, el("h3", {}, name));
    for (var i = 1; i < arguments.length; i++) if (arguments[i]) s.append(arguments[i]);
    return s;
  }

  // Pairs [name, value or node]; empty ones are left out.
  function facts(pairs, kind) {
    var dl = el("dl");
    pairs.forEach(function (p) {
      if (p[1] === "" || p[1] === null || p[1] === undefined) return;
      dl.append(el("dt", {}, visible(p[0])), el("dd", { class: kind }, typeof p[1] === "object" ? p[1] : visible(p[1])));
    });
    return dl.firstChild ? dl : null;
  }

  function bullets(list, kind) {
    if (!list || list.length === 0) return null;
    var ul = el("ul", { class: kind });
    list.forEach(function (item) { ul.append(el("li", {}, typeof item === "object" ? item : visible(item))); });
    return ul;
  }

  function link(url) {
    if (!/^https?:\/\/[^\s]+$/i.test(url)) return el("span", {}, visible(url));
    return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, visible(url));
  }

  function why(row) {
    var list = el("ul", { class: "why" });
    row.k.forEach(function (k) {
      var li = el("li", {}, el("b", {}, visible(k[1] || "any field")), " " + visible(k[2] || "is") + " ",
        el("code", {}, visible(k[3])));
      if (k[0]) li.append(el("span", { class: "facts" }, " in " + visible(k[0])));
      list.append(li);
    });
    return row.k.length ? list : null;
  }

  function verdictText(row) {
    var kind = cell(row, "verdict");
    if (kind === "full") return null;
    var what = row.u.map(function (u) { return u[1] + (u[0] ? " (" + u[0] + ")" : ""); }).join(", ");
    var text = kind === "unfiltered"
      ? "Unfiltered: the rule also looks at fields that this record does not carry, most often to leave out what is " +
        "harmless. A false positive is possible."
      : "Possible: the rule matches only if a field that this record does not carry has the right value.";
    return section("Verdict", el("p", { class: "verdict" }, text + (what ? " Not tested: " : ""), el("code", {}, visible(what))));
  }

  function linked(text, url) {
    return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, visible(text));
  }

  function attackLink(kind, id, text) {
    return /^[A-Z]+\d+(\.\d+)?$/.test(id)
      ? linked(text, "https://attack.mitre.org/" + kind + "/" + id.replace(".", "/") + "/") : text;
  }

  function techniques(r) {
    return r.attack.techniques.map(function (t) {
      var old = t.tag.replace(/^attack\./i, "").toUpperCase();
      var text = (t.current || old === t.id ? t.id : old + ", now " + t.id) + (t.name ? " " + t.name : "");
      return t.name ? attackLink("techniques", t.id, text) : text;
    });
  }

  function analytics(r) {
    return r.car.map(function (c) {
      var text = c.id + (c.title ? ": " + c.title : "") + (c.related ? " (related by " + c.related + ")" : "");
      return c.title ? linked(text, "https://car.mitre.org/analytics/" + c.id + "/") : text;
    });
  }

  function ruleSection(r) {
    var tactics = r.attack.tactics.map(function (t) { return attackLink("tactics", t.id, t.id + " " + t.name); });
    return section("Rule", facts([
      ["about", (r.rule.description || "").replace(/\s+/g, " ")],
      ["tactics", bullets(tactics, "chips")],
      ["techniques", bullets(techniques(r), "chips")],
      ["groups, software", bullets(r.others, "chips")],
      ["CAR", bullets(analytics(r), "chips")],
      ["false positives", bullets(r.rule.falsepositives)],
      ["references", bullets((r.rule.references || []).map(link))],
      ["author", r.rule.author], ["status", r.rule.status], ["id", r.rule.id], ["file", r.rule.file]
    ]));
  }

  // Which logs the rule reads, what it loses on each, and the settings that write them.
  function needsSection(r) {
    var pairs = facts([
      ["events", bullets(r.needs.events)], ["by source", bullets(r.needs.classes)],
      ["logging policy", bullets(r.needs.policies)]
    ]);
    return pairs && el("details", {}, el("summary", {}, "What the rule needs"), pairs);
  }

  function eventFields(row) {
    var used = {};
    return facts(row.d.map(function (f) {
      // A name may repeat; a span belongs to the first value that has room for it.
      var spans = used[f[0]] ? [] : spansOf(row, [f[0]]);
      used[f[0]] = spans.length > 0;
      var value = marked(f[1], spans);
      if (f[2]) value.append(el("span", { class: "meaning" }, " \u2192 " + visible(f[2])));
      return [f[0], value];
    }), "v");
  }

  function processSection(row) {
    var pairs = facts([
      ["image", cell(row, "image") && marked(cell(row, "image"), spansOf(row, ["Image", "NewProcessName"]))],
      ["command line", cell(row, "command_line") && marked(cell(row, "command_line"), spansOf(row, ["CommandLine"]))],
      ["process id", cell(row, "process_id")], ["user", cell(row, "user")], ["logon id", cell(row, "logon_id")],
      ["parent", cell(row, "parent_image") &&
        marked(cell(row, "parent_image"), spansOf(row, ["ParentImage", "ParentProcessName"]))],
      ["parent line", cell(row, "parent_command_line") &&
        marked(cell(row, "parent_command_line"), spansOf(row, ["ParentCommandLine"]))],
      ["parent id", cell(row, "parent_process_id")]
    ], "v");
    return pairs && section("Process", pairs);
  }

  function sourceSection(row) {
    return section("Source", facts([
      ["file", cell(row, "source_file")], ["offset", cell(row, "source_offset")],
      ["chunk, record", row.x.join(", ")], ["EventRecordID", cell(row, "record_id")],
      ["origin", cell(row, "origin")], ["also in", cell(row, "also_in")]
    ], "v"));
  }

  function button(text, act) {
    var b = el("button", { type: "button" }, text);
    b.addEventListener("click", act);
    return b;
  }

  function choose(id, value) { byId(id).value = value; filter(); }

  function showDetails() {
    var box = clear(byId("details")), row = selected;
    box.hidden = !row;
    byId("split").classList.toggle("open", !!row);
    if (!row) return;
    var r = rule(row), close = button("Close", function () { select(null, false); byId("grid").focus(); });
    box.append(
      el("header", {}, el("h2", {}, visible(title(row))), close),
      el("p", { class: "facts" }, el("span", { class: "level " + level(row) }, level(row)), " \u00b7 ",
        cell(row, "timestamp") || "no time", " \u00b7 ", visible(cell(row, "computer"))),
      el("p", { class: "facts" }, visible(cell(row, "channel")), " ", cell(row, "event_id"),
        row.p ? " \u00b7 " + visible(row.p) : ""),
      el("div", { class: "buttons" },
        button("Only this rule", function () { choose("rule", String(row.r)); }),
        button("Only this computer", function () { choose("computer", cell(row, "computer")); })));
    if (row.m) box.append(section("Message", el("p", {}, visible(row.m))));
    [section("Why it matched", why(row)), verdictText(row), processSection(row)].forEach(function (s) {
      if (s) box.append(s);
    });
    box.append(section("Event data", eventFields(row)));
    var system = facts(row.s, "v");
    if (system) box.append(el("details", {}, el("summary", {}, "System fields"), system));
    box.append(ruleSection(r));
    var needs = needsSection(r);
    if (needs) box.append(needs);
    box.append(sourceSection(row));
    box.scrollTop = 0;
  }

  // ---- start ------------------------------------------------------------------------------------
  byId("plain").remove();
  byId("grid").append(el("table", { id: "rows" }, el("thead", {}, el("tr")), el("tbody")));
  byId("app").hidden = false;
  span = rowsSpan();
  fillFilters();
  drawHead();
  filter();
  byId("grid").addEventListener("scroll", function () { requestAnimationFrame(drawRows); });
  byId("grid").addEventListener("keydown", onKey);
  byId("q").addEventListener("input", filterSoon);
  ["computer", "rule", "from", "to"].forEach(function (id) { byId(id).addEventListener("change", filter); });
  byId("filters").addEventListener("submit", function (event) { event.preventDefault(); filter(); });
  byId("filters").addEventListener("reset", function () { setTimeout(filter, 0); });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !/^(input|select|textarea)$/i.test(event.target.tagName)) {
      event.preventDefault();
      byId("q").focus();
    }
  });
  window.addEventListener("resize", function () { drawn = ""; drawRows(); drawChart(); });
  window.addEventListener("beforeprint", function () { printing = true; drawn = ""; drawRows(); });
  window.addEventListener("afterprint", function () { printing = false; drawn = ""; drawRows(); });
  // A row named in the address (#row=12) is opened: for links between people who look at one page.
  var wanted = /^#row=(\d+)$/.exec(location.hash);
  if (wanted && rows[+wanted[1]]) select(rows[+wanted[1]], true);
})();
