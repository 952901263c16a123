// Joules of a lesson: the same as frugal/classroom/energies.py over the same figures; a test holds the two equal.
const Energies = (() => {
  "use strict";
  const scaled = (q, number) => ({value: q.value * number, low: q.low * number, high: q.high * number, method: q.method});
  function energies(facts, lesson) {
    const lines = lesson.pupils * lesson.lines * lesson.days;
    const seconds = lines * facts.letters_a_line / lesson.letters_a_minute * 60;
    return {
      small: scaled(facts.small_j_a_line, lines),
      chatbot: scaled(facts.answer_j, lines / lesson.lines_an_answer),
      hand: scaled(facts.body_w, seconds),
    };
  }
  return {energies, scaled};
})();
if (typeof module !== "undefined") module.exports = Energies;
