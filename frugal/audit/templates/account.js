// The account of a firm in the browser: the same as frugal/audit/{amounts,firm,lines,alternatives,account}.py over the
// same tables; a test holds the two equal. Knows no element of the page.
const Audit = (() => {
  "use strict";
  const METHODS = ["measured", "calculated", "magnitude"];
  const GRID_CRITERIA = ["ghg", "adpe", "primary_energy", "water"];
  const SPREAD = 2, DEFAULT_DAYS_A_WEEK = 5, DEFAULT_WEEKS_A_YEAR = 47;
  const DAYS_A_YEAR = 365, MONTHS_A_YEAR = 12, MB_A_GB = 1000, W_A_KW = 1000, LEAST_FURTHER_YEARS = 1;
  const LONGER_YEARS = 2, HALF = 0.5, FORM_MB = 0.05;
  const SCREENS = ["laptop", "desktop", "monitor"];
  const given = (value) => value !== undefined && value !== null;

  // amounts
  const exact = (value, method = "calculated") => ({value, low: value, high: value, method});
  const unknown = (reason) => ({value: null, reason});
  const known = (quantity) => quantity.value !== null;
  const leastSure = (quantities) => METHODS[Math.max(...quantities.map((q) => METHODS.indexOf(q.method)))];
  function times(...factors) {
    const gap = factors.find((factor) => !known(factor));
    if (gap) return gap;
    let value = 1, low = 1, high = 1;
    for (const factor of factors) {
      const corners = [low * factor.low, low * factor.high, high * factor.low, high * factor.high];
      value *= factor.value;
      low = Math.min(...corners);
      high = Math.max(...corners);
    }
    return {value, low, high, method: leastSure(factors)};
  }
  const scaled = (quantity, number) => times(quantity, exact(number, METHODS[0]));
  function total(parts) {
    const found = parts.filter(known);
    if (!found.length) return parts.length ? parts[0] : unknown("not_given");
    const sum = (end) => found.reduce((all, part) => all + part[end], 0);
    return {value: sum("value"), low: sum("low"), high: sum("high"), method: leastSure(found)};
  }
  function minus(one, other) {
    const gap = [one, other].find((part) => !known(part));
    if (gap) return gap;
    return {
      value: one.value - other.value, low: one.low - other.high, high: one.high - other.low,
      method: leastSure([one, other]),
    };
  }
  function atMost(quantity, ceiling) {
    if (!known(quantity)) return quantity;
    const end = (name) => Math.min(quantity[name], ceiling);
    return {value: end("value"), low: end("low"), high: end("high"), method: quantity.method};
  }

  // firm
  const ANSWERED = exact(1, "measured");
  const ASSUMED = {value: 1, low: 1 / SPREAD, high: SPREAD, method: "magnitude"};
  function firmOf(answers, tables) {
    const trade = (given(answers.trade) && tables.trades[answers.trade]) || {};
    const first = (...numbers) => numbers.find(given);
    const weeks = first(answers.weeks_a_year, trade.weeks_a_year, DEFAULT_WEEKS_A_YEAR);
    const uses = {};
    for (const [name, value] of Object.entries(trade.uses || {})) uses[name] = times(exact(value), ASSUMED);
    for (const [name, value] of Object.entries(answers.uses || {})) if (given(value)) uses[name] = exact(value);
    return {
      devices: answers.devices || trade.devices || [],
      sureness: answers.devices ? ANSWERED : ASSUMED,
      daysAYear: first(answers.days_a_week, trade.days_a_week, DEFAULT_DAYS_A_WEEK) * weeks,
      weeksAYear: weeks,
      electricity: answers.electricity || {},
      country: answers.country || null,
      use: (name) => uses[name] || unknown("not_given"),
    };
  }

  // lines
  const cost = (amount, each) => (amount.value === 0 ? exact(0, amount.method) : times(amount, each));
  function lines(firm, tables) {
    const metered = firm.electricity.devices_kwh;
    const devices = firm.devices.map((device, index) => deviceLine(firm, tables, device, index, given(metered)));
    const meter = given(metered)
      ? [{id: "meter", where: "here", kind: "", amount: ANSWERED, kwh: exact(metered, "measured"), direct: {}, making: {}}]
      : [];
    return [...devices, ...meter, ...serviceLines(firm, tables)];
  }
  function deviceLine(firm, tables, device, index, metered) {
    const facts = tables.devices[device.kind], count = given(device.count) ? device.count : 1;
    const amount = times(exact(count, "measured"), firm.sureness);
    let keep = null;
    if (given(device.keep_years)) keep = device.keep_years;
    else if (given(facts.life_years)) keep = Math.max(facts.life_years, (device.age_years || 0) + LEAST_FURTHER_YEARS);
    const share = keep === null ? unknown("no_sheet") : scaled(amount, 1 / keep);
    const making = {};
    for (const criterion of GRID_CRITERIA) making[criterion] = cost(share, facts.making[criterion]);
    return {
      id: `device:${index}`, where: "here", kind: device.kind, amount, making, direct: {}, keep,
      hours: given(device.hours_a_day) ? device.hours_a_day : null,
      kwh: metered ? unknown("in_meter") : times(deviceKwh(firm, facts, device, count), firm.sureness),
    };
  }
  function deviceKwh(firm, facts, device, count) {
    if (given(device.kwh_a_year)) return exact(count * device.kwh_a_year, "measured");
    const hours = given(device.hours_a_day) ? device.hours_a_day * firm.daysAYear : null;
    if (given(device.watts)) {
      return hours === null ? unknown("no_hours") : exact(count * device.watts * hours / W_A_KW, "calculated");
    }
    if (hours === null || !given(facts.hours_a_day)) return scaled(facts.kwh_a_year, count);
    return scaled(facts.kwh_a_year, count * hours / (facts.hours_a_day * DAYS_A_YEAR));
  }
  function serviceLines(firm, tables) {
    const costs = tables.services, weeks = firm.weeksAYear, transfer = costs.transfer.kwh, use = firm.use;
    const mail = scaled(times(use("attachments_a_week"), use("attachment_mb")), weeks / MB_A_GB);
    const pages = scaled(times(use("pages_viewed_a_month"), use("page_mb")), MONTHS_A_YEAR / MB_A_GB);
    return [
      service("mail", mail, transfer),
      service("video", scaled(use("video_hours_a_week"), weeks), times(costs.video_hour.gb, transfer)),
      service("chatbot", scaled(use("chatbot_answers_a_week"), weeks), costs.chatbot_answer.kwh, costs.chatbot_answer),
      service("images", scaled(use("images_a_week"), weeks), costs.image.kwh),
      service("storage", use("storage_gb"), costs.storage.kwh),
      service("website", pages, transfer),
    ];
  }
  function service(id, amount, kwh, own = {}) {
    const making = {};
    for (const c of GRID_CRITERIA) making[c] = cost(amount, own[`making_${c}`] || unknown("no_servers"));
    const direct = own.water ? {water: cost(amount, own.water)} : {};
    return {id, where: "elsewhere", kind: "", amount, kwh: cost(amount, kwh), direct, making};
  }

  // alternatives
  function savings(found, tables, grid, price) {
    const all = [...deviceSavings(found, grid, price), ...serviceSavings(found, tables)];
    return all
      .map((saving) => ({...saving, quantities: onlyKnown(saving.quantities)}))
      .filter((saving) => saving.key in saving.quantities && saving.quantities[saving.key].value !== 0)
      .map((saving) => ({...saving, named: saving.quantities[saving.key].low > 0}));
  }
  const onlyKnown = (quantities) => Object.fromEntries(Object.entries(quantities).filter(([, q]) => known(q)));
  function deviceSavings(found, grid, price) {
    const all = [];
    for (const line of found) {
      if (line.where !== "here" || !("ghg" in line.making)) continue;
      const making = line.making.ghg;
      if (line.keep !== null) {
        const share = 1 - line.keep / (line.keep + LONGER_YEARS);
        all.push({id: "keep_longer", line: line.id, key: "ghg", quantities: {ghg: scaled(making, share)}});
      }
      if (!SCREENS.includes(line.kind)) continue;
      if (line.hours !== null && line.hours > 1) {
        const kwh = scaled(line.kwh, 1 / line.hours);
        const quantities = {kwh, euros: times(kwh, price), ghg: times(kwh, grid.ghg)};
        all.push({id: "off_an_hour", line: line.id, key: "kwh", quantities});
      }
      const ghg = minus(scaled(times(line.kwh, grid.ghg), HALF), making);
      all.push({id: "replace_early", line: line.id, key: "ghg", quantities: {ghg}});
    }
    return all;
  }
  function serviceSavings(found, tables) {
    const byId = Object.fromEntries(found.map((line) => [line.id, line])), costs = tables.services;
    const transfer = costs.transfer.kwh, answer = costs.chatbot_answer.kwh;
    const halfOfAnswers = scaled(byId.chatbot.amount, HALF), halfOfHours = scaled(byId.video.amount, HALF);
    const sparingGb = minus(costs.video_hour.gb, costs.sound_hour.gb), form = scaled(transfer, FORM_MB / MB_A_GB);
    const changed = [
      ["lighter_attachments", "mail", scaled(byId.mail.kwh, HALF)],
      ["sound_only", "video", times(halfOfHours, sparingGb, transfer)],
      ["small_model", "chatbot", times(halfOfAnswers, minus(answer, costs.small_model_page.kwh))],
      ["form", "chatbot", times(halfOfAnswers, minus(answer, form))],
      ["own_pictures", "images", byId.images.kwh],
      ["delete_half", "storage", scaled(byId.storage.kwh, HALF)],
      ["lighter_pages", "website", scaled(byId.website.kwh, HALF)],
    ];
    return changed.map(([id, line, kwh]) =>
      ({id, line, key: "kwh", quantities: {kwh, ghg: times(kwh, tables.elsewhere.ghg)}}));
  }

  // account
  function account(tables, answers) {
    const firm = firmOf(answers, tables), found = lines(firm, tables);
    const grid = firm.country === null ? tables.elsewhere : tables.grids[firm.country];
    const price = priceOf(firm), {part: here, notes} = partHere(found, firm);
    const away = found.filter((line) => line.where === "elsewhere");
    const parts = {
      kwh: {here, elsewhere: sum(away.map((line) => [line, line.kwh]))},
      euros: {here: {quantity: times(here.quantity, price), missing: here.missing}},
    };
    for (const c of GRID_CRITERIA) {
      parts[c] = {
        here: {quantity: times(here.quantity, grid[c]), missing: here.missing},
        elsewhere: sum(away.map((line) => [line, line.direct[c] || times(line.kwh, tables.elsewhere[c])])),
        making: sum(found.filter((line) => c in line.making).map((line) => [line, line.making[c]])),
      };
    }
    const totals = {};
    for (const [c, known] of Object.entries(parts)) totals[c] = total(Object.values(known).map((part) => part.quantity));
    return {lines: found, price, parts, totals, savings: savings(found, tables, grid, price), notes, firm, grid};
  }
  function priceOf(firm) {
    const {bill_kwh: kwh, bill_euros: euros} = firm.electricity;
    return !kwh || !given(euros) ? unknown("no_price") : exact(euros / kwh, "measured");
  }
  function partHere(found, firm) {
    const part = sum(found.filter((line) => line.where === "here").map((line) => [line, line.kwh]));
    const notes = firm.country === null ? ["country_unknown"] : [], bill = firm.electricity.bill_kwh;
    if (!given(bill) || !known(part.quantity) || given(firm.electricity.devices_kwh)) return {part, notes};
    if (part.quantity.low > bill) notes.push("over_bill");
    else if (part.quantity.high > bill) notes.push("capped_by_bill");
    return {part: {quantity: atMost(part.quantity, bill), missing: part.missing}, notes};
  }
  function sum(parts) {
    const missing = parts.filter(([, q]) => !known(q) && q.reason !== "in_meter").map(([line]) => line.id);
    return {quantity: total(parts.map(([, quantity]) => quantity)), missing};
  }

  return {account, GRID_CRITERIA};
})();
if (typeof module !== "undefined") module.exports = Audit;
