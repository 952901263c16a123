// What all offline pages share: words in two languages, numbers for people, a drawing of values with their ranges.
// Numbers follow frugal/report/numerals.py. Knows no subject.
const Page = (() => {
  "use strict";
  const data = typeof document === "undefined" ? {} : JSON.parse(document.getElementById("data").textContent);
  let language = data.language || "en";
  const NARROW = "\u202f", DASH = "–";

  const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const bound = (text) => text.replace(/ ([%:;?!»])/g, NARROW + "$1").replace(/« /g, "«" + NARROW);
  function say(key, values = {}) {
    const sentence = data.words[language][key];
    if (sentence === undefined) throw new Error(`no words for ${key}`);
    return bound(sentence).replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  // numbers
  const exponent = (number) => (number ? Math.floor(Math.log10(Math.abs(number))) : 0);
  function fixed(number, decimals) {
    const places = Math.max(decimals, 0), power = 10 ** -decimals;
    const rounded = decimals < 0 ? Math.round(number / power) * power : number;
    let [whole, rest] = Math.abs(rounded).toFixed(places).split(".");
    const sign = number < 0 && Number(rounded.toFixed(places)) !== 0 ? "−" : "";
    whole = whole.replace(/\B(?=(\d{3})+$)/g, NARROW);
    return sign + whole + (rest ? (language === "fr" ? "," : ".") + rest : "");
  }
  function significant(number, digits = 3) {
    if (number === 0) return "0";
    let decimals = digits - 1 - exponent(number);
    if (decimals <= 20) decimals = digits - 1 - exponent(Number(number.toPrecision(digits)));
    if (decimals > 5) {
      const [factor, power] = number.toExponential(digits - 1).split("e");
      const raised = String(Number(power)).replace(/[-0-9]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
      return `${factor.replace("-", "−").replace(".", language === "fr" ? "," : ".")}×10${raised}`;
    }
    return fixed(number, decimals);
  }
  function ranged({value, low, high}) {
    if (!(low < high)) return [significant(value), "", ""];
    const decimals = 1 - exponent((high - low) / 2);
    const texts = decimals > 5 || (low > 0 && high / low > 1.5) || low <= 0
      ? [value, low, high].map((end) => significant(end, 2))
      : [value, low, high].map((end) => fixed(end, decimals));
    return texts;
  }
  function quantity(q, unit) {
    const [value, low, high] = ranged(q);
    const tail = unit ? NARROW + unit : "";
    return low ? `${value}${tail} (${low}${DASH}${high})` : value + tail;
  }

  // language
  function translate() {
    document.documentElement.lang = language;
    document.title = say("title");
    for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", say(element.dataset.label));
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
  }
  function start(draw) {
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => {
        language = button.dataset.language;
        translate();
        draw();
      });
    }
    for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
    addEventListener("beforeprint", () => {
      for (const folded of document.querySelectorAll("details")) folded.open = true;
    });
    translate();
    draw();
  }

  // drawing: one row per value, a dot in its range, each vertical line ten times the one before
  const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#8b5a7c", "#8a6100", "#2b6f96"];
  const MARKS = [
    (x, y) => `<circle cx="${x}" cy="${y}" r="6"`,
    (x, y) => `<rect x="${x - 5.5}" y="${y - 5.5}" width="11" height="11"`,
    (x, y) => `<path d="M${x} ${y - 7.5}l7.5 7.5l-7.5 7.5l-7.5 -7.5z"`,
    (x, y) => `<path d="M${x} ${y - 7}l7 12.5h-14z"`,
  ];
  function power(number) {
    const e = Math.round(Math.log10(number));
    if (e >= -3 && e < 6) return fixed(number, Math.max(-e, 0));
    return "10" + String(e).replace(/[-0-9]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  }
  function ranges(rows, {id, title, description, unit, width = 700, tick = (number) => power(number)}) {
    const lows = rows.map((row) => row.low), highs = rows.map((row) => row.high);
    const from = Math.floor(Math.log10(Math.min(...lows))), to = Math.max(Math.ceil(Math.log10(Math.max(...highs))), from + 1);
    const left = 14, right = width - 14, step = (right - left) / (to - from), rowHeight = 50, top = 8;
    const place = (number) => (left + (Math.log10(number) - from) * step).toFixed(1);
    const bottom = top + rows.length * rowHeight, every = Math.ceil((to - from) / Math.max(2, Math.floor(width / 90)));
    const parts = [];
    for (let e = from; e <= to; e += every) {
      const x = place(10 ** e), anchor = e === from ? "start" : e === to ? "end" : "middle";
      parts.push(`<line x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" stroke="#dfe3e8"/>`);
      const at = e === from ? 2 : e === to ? width - 2 : x;
      parts.push(`<text x="${at}" y="${bottom + 18}" font-size="13" fill="#57606a" text-anchor="${anchor}">${escape(tick(10 ** e))}</text>`);
    }
    rows.forEach((row, index) => {
      const y = top + index * rowHeight + 34, colour = COLOURS[(row.series ?? 0) % COLOURS.length];
      const mark = MARKS[(row.series ?? 0) % MARKS.length];
      parts.push(`<g paint-order="stroke" stroke="#fff" stroke-width="4" stroke-linejoin="round"><text x="${left}" y="${y - 14}" font-size="14" fill="#1b1f24"><tspan font-weight="600">${escape(row.name)}</tspan> ${escape(row.text)}</text></g>`);
      parts.push(`<line x1="${place(row.low)}" x2="${place(row.high)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="7" stroke-opacity=".35" stroke-linecap="round"/>`);
      parts.push(`${mark(Number(place(row.value)), y)} fill="${colour}" stroke="#fff" stroke-width="1.5"/>`);
    });
    parts.push(`<text x="${width / 2}" y="${bottom + 38}" font-size="13" fill="#57606a" text-anchor="middle">${escape(unit)}</text>`);
    return `<svg viewBox="0 0 ${width} ${bottom + 46}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${escape(title)}</title><desc id="${id}-d">${escape(description)}</desc>${parts.join("")}</svg>`;
  }
  const wide = (element) => Math.max(320, Math.min(element.clientWidth || 700, 900));

  return {data, say, escape, fixed, significant, ranged, quantity, start, ranges, wide, DASH, NARROW,
    get language() { return language; }, set language(value) { language = value; }};
})();
if (typeof module !== "undefined") module.exports = Page;
