// The audit page: questions into answers, the account into cards, tables and sentences. Computes nothing itself.
(() => {
  "use strict";
  const {data, say, escape} = Page;
  const element = (id) => document.getElementById(id);
  const given = (value) => value !== undefined && value !== null;
  const DEVICE = ["count", ...data.questions.device];
  let answers = structuredClone(data.answers);

  // questions
  const own = () => given(answers.devices);
  const tradeOf = () => data.tables.trades[answers.trade] || {};
  const shownDevices = () => answers.devices || tradeOf().devices || [];
  const written = (value) => (given(value) ? String(value).replace(".", Page.language === "fr" ? "," : ".") : "");
  function parts(path) {
    const [first, second] = path.split(".");
    return second ? [first, second] : [null, first];
  }
  function asked(path) {
    const [group, name] = parts(path);
    return group ? (answers[group] || {})[name] : answers[name];
  }
  function assumed(path) {
    const [group, name] = parts(path);
    return group ? (tradeOf()[group] || {})[name] : tradeOf()[name];
  }
  function answer(path, value) {
    const [group, name] = parts(path), target = group ? (answers[group] = answers[group] || {}) : answers;
    if (value === null) delete target[name];
    else target[name] = value;
  }
  function fill() {
    element("trade").value = answers.trade || "";
    element("country").value = answers.country || "";
    if (element("name") !== document.activeElement) element("name").value = answers.name || "";
    for (const input of document.querySelectorAll("[data-path]")) {
      if (input !== document.activeElement) input.value = written(asked(input.dataset.path));
      input.placeholder = written(assumed(input.dataset.path));
      mark(input, false);
    }
    fillDevices();
  }
  function fillDevices() {
    element("assumed").classList.toggle("hide", own() || !shownDevices().length);
    element("devices").innerHTML = shownDevices().map((device, index) => `
      <div class="device" role="group" aria-label="${escape(say("device.kind"))} ${index + 1}" data-index="${index}">
      <div class="fields"><label class="kind"><span>${escape(say("device.kind"))}</span><select data-device="kind">
      ${Object.keys(data.tables.devices).map((kind) => `<option value="${kind}"${kind === device.kind ? " selected" : ""}>${escape(say(`kind.${kind}`))}</option>`).join("")}
      </select></label>
      ${DEVICE.map((name) => `<label><span>${escape(say(name))}</span><input type="text" inputmode="decimal" data-device="${name}" data-name="${name}" value="${escape(written(device[name]))}"></label>`).join("")}
      <button type="button" data-remove aria-label="${escape(say("device.remove"))} ${index + 1}">${escape(say("device.remove"))}</button></div></div>`).join("");
  }
  function mark(input, bad) {
    if (bad) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  function numberIn(input) {
    const text = input.value.trim().replace(",", ".").replace(/[\s\u202f\u00a0]/g, "");
    if (!text) return null;
    const number = Number(text), most = data.limits[input.dataset.name];
    return Number.isFinite(number) && number >= 0 && number <= most ? number : undefined;
  }
  function take(input) {
    const number = input.dataset.device === "kind" ? null : numberIn(input);
    mark(input, number === undefined);
    if (input.dataset.path) answer(input.dataset.path, number === undefined ? null : number);
    else takeDevice(input, number);
  }
  function takeDevice(input, number) {
    const name = input.dataset.device, index = Number(input.closest("[data-index]").dataset.index);
    answers.devices = structuredClone(shownDevices());
    if (name === "kind") answers.devices[index].kind = input.value;
    else if (given(number)) answers.devices[index][name] = number;
    else delete answers.devices[index][name];
    element("assumed").classList.add("hide");
  }
  function faults() {
    const bad = document.querySelector("[aria-invalid]");
    if (bad) return say("fault.number", {name: say(bad.dataset.name), most: Page.significant(data.limits[bad.dataset.name], 2)});
    const short = (answers.devices || []).find((device) =>
      device.keep_years === 0 || (given(device.keep_years) && given(device.age_years) && device.keep_years < device.age_years));
    return short ? say("fault.keep") : "";
  }

  // results
  const and = () => (Page.language === "fr" ? `${Page.NARROW}; ` : "; ");
  const colon = () => (Page.language === "fr" ? `${Page.NARROW}: ` : ": ");
  const lineName = (line) => (line.kind ? say(`kind.${line.kind}`) : say(`line.${line.id}`));
  const unit = (criterion) => say(`unit.${criterion}`).replace(/ /g, Page.NARROW);
  const tag = (q) => `<span class="tag">${escape(say(`tag.${q.method}`))}</span>`;
  const reason = (q) => escape(say(`reason.${q.reason}`));
  const known = (q) => q && q.value !== null;
  function cell(q, criterion) {
    if (!q) return "<td>–</td>";
    return known(q) ? `<td>${Page.quantity(q)}</td>` : `<td title="${reason(q)}">${escape(say("not_assessed"))}</td>`;
  }
  function named(ids, found) {
    const names = ids.map((id) => lineName(found.lines.find((line) => line.id === id)));
    return [...new Set(names)].join(", ");
  }
  function leavesOut(criterion, found) {
    const list = [];
    for (const [where, part] of Object.entries(found.parts[criterion])) {
      if (part.missing.length) list.push(`${say(`where.${where}`)} (${named(part.missing, found)})`);
      else if (!known(part.quantity) && part.quantity.reason !== "not_given") list.push(`${say(`where.${where}`)} (${say(`reason.${part.quantity.reason}`)})`);
    }
    return list.join(and());
  }
  function leftOut(criterion, found) {
    const list = leavesOut(criterion, found);
    return list ? `<p class="note">${escape(say("leaves_out", {list}))}</p>` : "";
  }
  function card(criterion, found, lines) {
    const q = found.totals[criterion], name = `<h3>${escape(say(`card.${criterion}`))}</h3>`;
    if (!known(q)) return `<div class="card">${name}<p class="value">${escape(say("not_assessed"))}</p><p>${reason(q)}</p></div>`;
    const [value, low, high] = Page.ranged(q), range = low ? say("range", {low, high}) : say("exact");
    return `<div class="card">${name}<p class="value">${value}${Page.NARROW}${unit(criterion)}</p><p>${escape(range)} ${tag(q)}</p>${lines.map((line) => `<p>${escape(line)}</p>`).join("")}${leftOut(criterion, found)}</div>`;
  }
  function short(q, criterion) {
    return known(q) ? `${Page.significant(q.value, 2)}${Page.NARROW}${unit(criterion)}` : say("not_assessed");
  }
  function cards(found) {
    const {here, elsewhere} = found.parts.kwh, making = found.parts.ghg.making.quantity;
    const kwh = [say("card.kwh.parts", {here: short(here.quantity, "kwh"), elsewhere: short(elsewhere.quantity, "kwh")})];
    const bill = found.firm.electricity.bill_kwh;
    const share = known(here.quantity) && bill ? [say("bill.share", {share: Page.significant(100 * here.quantity.value / bill, 2)})] : [];
    const ghg = known(making) ? [say("card.ghg.parts", {making: short(making, "ghg")})] : [];
    return `<div class="cards">${card("kwh", found, kwh)}${card("euros", found, share)}${card("ghg", found, ghg)}</div>`;
  }
  function amounts(saving) {
    const list = Object.entries(saving.quantities).filter(([, q]) => q.low > 0).map(([c, q]) => Page.quantity(q, unit(c)));
    return say("saving.amounts", {list: list.join(and())});
  }
  function savingName(saving, found) {
    const line = found.lines.find((other) => other.id === saving.line);
    const count = line.kind ? answersOf(line).count ?? 1 : 1;
    return say(`saving.${saving.id}`, {what: `${Page.significant(count, 3).replace(/[.,]0+$/, "")} × ${lineName(line)}`});
  }
  const answersOf = (line) => shownDevices()[Number(line.id.split(":")[1])] || {};
  function savings(found) {
    const size = (saving) => (saving.quantities.ghg || {value: 0}).value;
    const sure = found.savings.filter((saving) => saving.named).sort((a, b) => size(b) - size(a)), unclear = found.savings.filter((saving) => !saving.named);
    const item = (saving, text) => `<li><strong>${escape(savingName(saving, found))}</strong>${colon()}${escape(text)}</li>`;
    const bounds = (saving) => {
      const q = saving.quantities[saving.key];
      return say("unclear.amounts", {low: Page.significant(q.low, 2), high: Page.significant(q.high, 2), unit: unit(saving.key)});
    };
    let text = `<section class="good"><h2>${escape(say("savings"))}</h2><p>${escape(say(sure.length ? "savings.lead" : "savings.none"))}</p><ul>${sure.map((s) => item(s, amounts(s))).join("")}</ul></section>`;
    if (unclear.length) text += `<section class="plain"><h3>${escape(say("unclear"))}</h3><p>${escape(say("unclear.lead"))}</p><ul>${unclear.map((s) => item(s, bounds(s))).join("")}</ul></section>`;
    return text;
  }
  function impacts(found) {
    const wheres = ["here", "elsewhere", "making"];
    const rows = Object.keys(found.parts).map((c) => {
      const parts = found.parts[c], total = found.totals[c];
      const cells = wheres.map((where) => {
        const part = parts[where];
        const star = part && known(part.quantity) && part.missing.length ? " *" : "";
        return part ? cell(part.quantity, c).replace("</td>", `${star}</td>`) : "<td>–</td>";
      });
      return `<tr><th scope="row">${escape(say(`criterion.${c}`))}, ${unit(c)}</th>${cells.join("")}${cell(total, c)}<td class="word">${known(total) ? tag(total) : ""}</td></tr>`;
    });
    const gaps = Object.keys(found.parts).map((c) => [c, leavesOut(c, found)]).filter(([, text]) => text);
    return `<section><h2>${escape(say("impacts"))}</h2><div class="scroll" tabindex="0" role="region" aria-label="${escape(say("impacts"))}"><table>
      <thead><tr><th scope="col">${escape(say("column.what"))}</th>${wheres.map((where) => `<th scope="col">${escape(say(`where.${where}`))}</th>`).join("")}<th scope="col">${escape(say("where.total"))}</th><th scope="col" class="word">${escape(say("column.how"))}</th></tr></thead>
      <tbody>${rows.join("")}</tbody></table></div><p>${escape(say("impacts.note"))}</p>
      <p class="note">${escape(say("impacts.gaps"))}</p><ul>${gaps.map(([c, text]) => `<li class="note">* <strong>${escape(say(`criterion.${c}`))}</strong>${colon()}${escape(text)}</li>`).join("")}</ul></section>`;
  }
  function amountOf(line) {
    if (line.id === "meter") return "";
    if (line.kind) return Page.significant(answersOf(line).count ?? 1, 3).replace(/[.,]0+$/, "");
    return known(line.amount) ? say(`amount.${line.id}`, {n: Page.quantity(line.amount)}) : "";
  }
  const multiplied = (one, other) => (known(one) && known(other)
    ? {value: one.value * other.value, low: one.low * other.low, high: one.high * other.high, method: other.method}
    : known(one) ? other : one);
  function useOf(line, found) {
    return multiplied(line.kwh, line.where === "here" ? found.grid.ghg : data.tables.elsewhere.ghg);
  }
  function lineTable(found) {
    const rows = found.lines.map((line) => {
      const method = known(line.kwh) ? tag(line.kwh) : reason(line.kwh);
      return `<tr><th scope="row">${escape(lineName(line))}</th><td>${escape(amountOf(line))}</td>${cell(line.kwh)}${cell(useOf(line, found))}${cell(line.making.ghg)}<td class="word">${method}</td></tr>`;
    });
    const columns = ["what", "amount", "kwh", "use", "making", "how"];
    return `<section><h2>${escape(say("lines"))}</h2>${chart(found)}<div class="scroll" tabindex="0" role="region" aria-label="${escape(say("lines"))}"><table>
      <thead><tr>${columns.map((c) => `<th scope="col"${c === "how" ? ' class="word"' : ""}>${escape(say(`column.${c}`))}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
  }
  function chart(found) {
    const rows = [];
    for (const line of found.lines) {
      const held = [useOf(line, found), line.making.ghg].filter(known);
      const sum = (end) => held.reduce((all, q) => all + q[end], 0);
      const q = {value: sum("value"), low: sum("low"), high: sum("high")};
      if (q.low > 0) rows.push({name: lineName(line), ...q, text: Page.quantity(q, unit("ghg")), series: line.where === "here" ? 0 : 1});
    }
    if (!rows.length) return "";
    rows.sort((a, b) => b.value - a.value);
    const description = say("chart.description", {n: rows.length, name: rows[0].name, text: rows[0].text});
    const svg = Page.ranges(rows, {id: "chart", title: say("chart"), description, unit: say("chart.unit"), width: Page.wide(element("results"))});
    return `<figure>${svg}<figcaption>${escape(say("chart"))}. ${escape(say("chart.caption"))}</figcaption></figure>`;
  }
  function results() {
    const found = Audit.account(data.tables, answers);
    const anything = Object.values(found.totals).some(known) || found.lines.some((line) => known(line.making.ghg));
    if (!anything) {
      element("results").innerHTML = `<section><h2>${escape(say("results"))}</h2><p class="plain">${escape(say("results.none"))}</p></section>`;
      return;
    }
    const notes = found.notes.map((note) => `<p class="warn">${escape(say(`note.${note}`))}</p>`).join("");
    element("results").innerHTML = `<section><h2>${escape(title())}</h2>${cards(found)}${notes}</section>${savings(found)}${lineTable(found)}${impacts(found)}`;
  }
  const title = () => [say("results"), answers.name, answers.trade ? say(`trade.${answers.trade}`) : ""].filter(Boolean).join(" · ");

  // how it is computed
  function methods() {
    const said = ["measured", "calculated", "magnitude", "devices", "networks", "boundary", "evidence"];
    const rows = data.figures.map((f) => `<tr><th scope="row">${escape(say(`subject.${f.subject}`))}</th><td>${Page.significant(Number(f.value), 3)}</td><td class="word">${escape(f.unit)}</td><td class="word" lang="en">${escape(f.scope)}</td><td class="word">${escape(f.source)} (${escape(f.vintage)})</td></tr>`);
    const columns = ["what", "figure", "unit", "scope", "source"];
    const sources = data.sources.map((s) => `<li lang="en"><strong>${escape(s.id)}</strong>: ${escape(s.title)}. ${escape(s.credit)}, ${escape(s.vintage)}. ${escape(s.licence)}. ${escape(s.url)}</li>`);
    element("methods").innerHTML = `<section><h2>${escape(say("methods"))}</h2><ul>${said.map((key) => `<li>${escape(say(`methods.${key}`))}</li>`).join("")}</ul>
      <details><summary>${escape(say("figures"))}</summary><div class="scroll" tabindex="0" role="region" aria-label="${escape(say("figures.caption"))}"><table><caption>${escape(say("figures.caption"))}</caption>
      <thead><tr>${columns.map((c) => `<th scope="col"${c === "figure" ? "" : ' class="word"'}>${escape(say(`column.${c}`))}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>
      <h3>${escape(say("sources"))}</h3><ul>${sources.join("")}</ul></details></section>`;
  }

  // files
  function save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(answers, null, 1)], {type: "application/json"}));
    link.download = `audit-${answers.trade || "answers"}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
  async function open(file) {
    try {
      const found = JSON.parse(await file.text());
      check(found);
      Audit.account(data.tables, found);
      answers = found;
      draw();
    } catch {
      element("fault").textContent = say("fault.file");
    }
    element("open").value = "";
  }
  function check(found) {
    if (found.schema !== data.schema || (found.trade && !(found.trade in data.tables.trades))) throw new Error("schema");
    if (found.name && !(typeof found.name === "string" && found.name.length <= 200)) throw new Error("name");
    if (found.country) found.country = (data.countries.find((c) => [c.key, c.iso2].includes(String(found.country).toUpperCase())) || {}).key;
    if (found.devices && (!Array.isArray(found.devices) || found.devices.some((d) => !(d.kind in data.tables.devices)))) throw new Error("devices");
    for (const held of [found, found.uses || {}, found.electricity || {}, ...(found.devices || [])]) {
      for (const [name, value] of Object.entries(held)) {
        if (name in data.limits && given(value) && !(typeof value === "number" && value >= 0 && value <= data.limits[name])) throw new Error(name);
      }
    }
  }

  function regions() {
    const names = new Intl.DisplayNames([Page.language], {type: "region"}), select = element("country");
    const options = [...select.querySelectorAll("[data-region]")];
    for (const option of options) {
      try { option.textContent = names.of(option.dataset.region); } catch { /* a code that the browser does not know */ }
    }
    options.sort((a, b) => a.textContent.localeCompare(b.textContent, Page.language)).forEach((option) => select.append(option));
    select.value = answers.country || "";
  }
  function draw() {
    regions();
    fill();
    element("fault").textContent = faults();
    results();
    methods();
  }
  function listen() {
    element("trade").addEventListener("change", (event) => {
      if (event.target.value) answers.trade = event.target.value;
      else delete answers.trade;
      draw();
    });
    element("country").addEventListener("change", (event) => {
      if (event.target.value) answers.country = event.target.value;
      else delete answers.country;
      results();
    });
    element("name").addEventListener("input", (event) => {
      if (event.target.value) answers.name = event.target.value;
      else delete answers.name;
      results();
    });
    element("form").addEventListener("input", (event) => {
      if (!event.target.matches("[data-path], [data-device]")) return;
      take(event.target);
      element("fault").textContent = faults();
      results();
    });
    element("form").addEventListener("submit", (event) => event.preventDefault());
    element("confirm").addEventListener("click", () => { answers.devices = structuredClone(shownDevices()); draw(); });
    element("add").addEventListener("click", () => { answers.devices = [...structuredClone(shownDevices()), {kind: "laptop", count: 1}]; draw(); });
    element("devices").addEventListener("click", (event) => {
      if (!event.target.matches("[data-remove]")) return;
      answers.devices = structuredClone(shownDevices());
      answers.devices.splice(Number(event.target.closest("[data-index]").dataset.index), 1);
      draw();
    });
    element("save").addEventListener("click", save);
    element("open").addEventListener("change", (event) => event.target.files.length && open(event.target.files[0]));
    element("clear").addEventListener("click", () => { answers = {schema: data.schema}; draw(); });
  }
  listen();
  Page.start(draw);
})();
