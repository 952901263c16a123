// The class page: a drawing into a digit, sliders into three ranges, and an activity sheet. Computes nothing itself.
(() => {
  "use strict";
  const {data, say, escape} = Page;
  const element = (id) => document.getElementById(id);
  const SIDE = Framing.SIDE, PEN = 22, INK = "#1b1f24", LEAST_MS = 150, MOST_RUNS = 60;
  const WAYS = ["small", "chatbot", "hand"];
  const network = Network.load(data.network), canvas = element("canvas");
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  const lesson = {...data.lesson};
  let seen = null;

  // units
  const JOULES = [[1e9, "GJ"], [1e6, "MJ"], [1e3, "kJ"], [1, "J"], [1e-3, "mJ"], [1e-6, "µJ"]];
  const SECONDS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"], [1e-3, "ms"]];
  const fit = (value, units) => units.find(([scale]) => value >= 0.9995 * scale) || units[units.length - 1];
  function inUnits(value, units) {
    const [scale, unit] = fit(value, units);
    return `${Page.significant(value / scale, 2)}${Page.NARROW}${unit}`;
  }
  function joules(q) {
    const [scale, unit] = fit(q.value, JOULES);
    return Page.quantity({value: q.value / scale, low: q.low / scale, high: q.high / scale}, unit);
  }
  const ends = (q) => `${inUnits(q.low, JOULES)} ${Page.DASH} ${inUnits(q.high, JOULES)}`;

  // the box
  function wipe() {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = INK;
    seen = null;
    showReading();
  }
  function ink() {
    const {data: rgba} = pen.getImageData(0, 0, canvas.width, canvas.height);
    return Float32Array.from({length: rgba.length / 4}, (_, i) => 255 - rgba[4 * i]);
  }
  function read() {
    const image = Framing[data.model.framing](ink(), canvas.width);
    if (!image) return;
    const guesses = Network.digit(network, Network.run(network, image));
    seen = {image, guesses, ...timed(image)};
    showReading();
  }
  function timed(image) {
    const from = performance.now();
    let runs = 0;
    while (runs < MOST_RUNS && performance.now() - from < LEAST_MS) {
      Network.run(network, image);
      runs++;
    }
    return {runs, seconds: (performance.now() - from) / 1000 / runs};
  }
  function showReading() {
    const place = element("reading");
    if (!seen) {
      place.innerHTML = `<p class="hint">${escape(say("box.nothing"))}</p>`;
      return;
    }
    const [first, second] = seen.guesses, share = (guess) => Page.fixed(100 * guess.share, 0);
    const core = data.core, energy = {value: seen.seconds * core.value, low: seen.seconds * core.low, high: seen.seconds * core.high};
    const cost = seen.seconds > 0
      ? `<p>${escape(say("box.time", {time: inUnits(seen.seconds, SECONDS), n: seen.runs}))} ${escape(say("box.energy", {energy: joules(energy), watts: Page.quantity(core)}))} <span class="tag">${escape(say("box.method"))}</span></p>`
      : `<p>${escape(say("box.untimed"))}</p>`;
    place.innerHTML = `<div class="answer"><div><p class="hint">${escape(say("box.read"))}</p><p class="digit">${first.label}</p><p>${escape(say("box.share", {share: share(first)}))}</p></div>
      <figure><canvas id="seen" width="${SIDE}" height="${SIDE}" role="img" aria-label="${escape(say("box.sees"))}"></canvas><figcaption>${escape(say("box.sees"))}</figcaption></figure></div>
      <p>${escape(say("box.second", {label: second.label, share: share(second)}))}</p>${cost}`;
    const picture = element("seen").getContext("2d"), dots = picture.createImageData(SIDE, SIDE);
    seen.image.forEach((dot, i) => dots.data.set([255 - dot, 255 - dot, 255 - dot, 255], 4 * i));
    picture.putImageData(dots, 0, 0);
  }
  function draw(strokes) {
    wipe();
    const scale = canvas.width / 100;
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], i) => (i ? pen.lineTo(x * scale, y * scale) : pen.moveTo(x * scale, y * scale)));
      pen.stroke();
    }
    read();
  }
  function listenToPen() {
    let down = false;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      down = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
      pen.lineTo(...at(event));
      pen.stroke();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!down) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { if (down) { down = false; read(); } });
    element("wipe").addEventListener("click", () => { element("example").value = ""; wipe(); });
    element("example").addEventListener("change", (event) => event.target.value && draw(Strokes[event.target.value]));
  }

  // three ways
  function verdict(found) {
    const low = found.chatbot.low / found.small.high, high = found.chatbot.high / found.small.low;
    return low > 1 ? say("more", {low: Page.significant(low, 2), high: Page.significant(high, 2)}) : say("untold");
  }
  function bars() {
    const found = Energies.energies(data.facts, lesson), texts = Object.fromEntries(WAYS.map((way) => [way, joules(found[way])]));
    for (const name of Object.keys(data.sliders)) element(`at-${name}`).textContent = lesson[name];
    const rows = WAYS.map((way, series) => ({name: say(`way.${way}`), text: texts[way], ...found[way], series}));
    const tick = (number) => { const [scale, unit] = fit(number, JOULES); return `${Page.fixed(number / scale, 0)}${Page.NARROW}${unit}`; };
    const svg = Page.ranges(rows, {id: "ways", title: say("chart.title"), description: say("chart.description", texts), unit: say("chart.unit"), width: Page.wide(element("bars")), tick});
    const lines = Page.fixed(lesson.pupils * lesson.lines * lesson.days, 0);
    const columns = ["way", "value", "range", "how", "lamp"];
    const words = (column) => ["range", "how"].includes(column) ? ' class="word"' : "";
    const body = WAYS.map((way) => `<tr><th scope="row">${escape(say(`way.${way}`))}</th><td>${inUnits(found[way].value, JOULES)}</td><td class="word">${ends(found[way])}</td><td class="word">${escape(say(`how.${way}`))}</td><td>${inUnits(found[way].value / data.facts.lamp_w, SECONDS)}</td></tr>`);
    element("bars").innerHTML = `<figure>${svg}<figcaption>${escape(say("chart.caption"))}</figcaption></figure><p><strong>${escape(verdict(found))}</strong></p>
      <div class="scroll" tabindex="0" role="region" aria-label="${escape(say("chart.table", {lines}))}"><table><caption>${escape(say("chart.table", {lines}))}</caption><thead><tr>${columns.map((c) => `<th scope="col"${words(c)}>${escape(say(`column.${c}`))}</th>`).join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
    sheet(found, texts);
  }
  function sheet(found, texts) {
    const facts = data.facts, letters = Page.fixed(facts.letters_a_line, 0), watts = Page.significant(facts.body_w.value, 2);
    const error = data.model.error === null ? "?" : Page.significant(100 * data.model.error, 2);
    const items = {one: 4, two: 4, three: 4};
    for (const [name, count] of Object.entries(items)) {
      element(`activity-${name}`).innerHTML = Array.from({length: count}, (_, i) => `<li>${escape(say(`${name}.${i + 1}`, {letters, watts, error}))}</li>`).join("");
    }
    const seconds = facts.letters_a_line / lesson.letters_a_minute * 60;
    const values = {
      letters, watts, speed: lesson.letters_a_minute, seconds: Page.significant(seconds, 2),
      joules: inUnits(facts.body_w.value * seconds, JOULES), ...texts, verdict: verdict(found),
    };
    element("answers").innerHTML = ["one", "two", "three", "goal"].map((key) => `<p>${escape(say(`answers.${key}`, values))}</p>`).join("");
    const body = Page.quantity(facts.body_w);
    element("counted").innerHTML = WAYS.map((way) => `<li>${escape(say(`counted.${way}`, {letters, watts: body}))}</li>`).join("");
  }
  function sources() {
    const rows = data.figures.map((f) => {
      const source = data.sources[f.source];
      return `<li lang="en">${inUnits(Number(f.value) * 3.6e6, JOULES)}: ${escape(f.scope)}. ${escape(source.title)}, ${escape(source.credit)}, ${escape(f.vintage)}, ${escape(source.licence)}, ${escape(source.url)}</li>`;
    });
    const model = data.model;
    element("sources").innerHTML = `<p>${escape(say("sources.chatbot"))}</p><ul>${rows.join("")}</ul><p>${escape(say("sources.small"))}</p><p>${escape(say("sources.hand"))}</p><p>${escape(say("sources.speed"))}</p><p>${escape(say("sources.model", model))}</p>`;
    element("lead").textContent = say("box.lead", {kb: Page.significant(model.size_bytes / 1000, 2), parameters: model.parameters === null ? "?" : Page.fixed(model.parameters, 0)});
    const known = model.error === null ? [] : [say("box.known", {...model, error: Page.significant(100 * model.error, 2), n: Page.fixed(model.samples, 0)})];
    element("known").textContent = [...known, ...(model.digits_only ? [] : [say("box.stands_in")])].join(" ");
  }
  for (const name of Object.keys(data.sliders)) {
    element(name).addEventListener("input", (event) => { lesson[name] = Number(event.target.value); bars(); });
  }
  listenToPen();
  wipe();
  Page.start(() => { showReading(); bars(); sources(); });
})();
