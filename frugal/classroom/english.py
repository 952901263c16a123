"""The sentences of the class page in English. `{name}` marks what is filled in."""

ENGLISH = {
    "title": "How much energy does reading handwriting take?",
    "sub": "A small model, a large chatbot, and copying by hand: three ways to turn a class's lines into text.",
    "private": "This page computes on your own machine. It loads nothing and sends nothing; you may unplug the "
    "network.",
    "noscript": "This page computes with JavaScript, which is switched off here. The activities can be read without "
    "it.",
    "languages": "Language",
    "box": "Write a digit",
    "box.lead": "A network of {kb} kB with {parameters} numbers inside reads it on this machine, in plain JavaScript.",
    "box.canvas": "Writing area: draw one digit from 0 to 9",
    "box.clear": "Wipe",
    "box.example": "or take an example",
    "box.choose": "choose",
    "box.read": "It reads",
    "box.nothing": "Write with a finger, a pen or the mouse.",
    "box.share": "sure to {share} %",
    "box.second": "Next guess: {label}, {share} %.",
    "box.sees": "What the network sees: 28 × 28 dots",
    "box.time": "One reading took {time} here (mean of {n}).",
    "box.energy": "That is about {energy}: time × the power of one busy core, {watts} W.",
    "box.untimed": "The clock of this browser is too coarse to time one reading.",
    "box.method": "calculated, method C",
    "box.known": "Model {name}: it errs in {error} % of {n} held-out samples ({data}). A clock also counts what else "
    "the machine does. Screen, memory and power supply are not counted.",
    "box.stands_in": "It knows letters as well and is larger than a network for digits alone would be; only its ten "
    "digits are asked.",
    "compare": "Three ways beside each other",
    "pupils": "Pupils",
    "lines": "Lines a day, each pupil",
    "days": "School days",
    "lines_an_answer": "Lines in one question to the chatbot",
    "letters_a_minute": "Letters a minute, by hand",
    "way.small": "small model",
    "way.chatbot": "large chatbot",
    "way.hand": "copied by hand",
    "chart.title": "Energy of the three ways",
    "chart.description": "Small model {small}, large chatbot {chatbot}, copied by hand {hand}.",
    "chart.unit": "each vertical line is ten times the one before",
    "chart.caption": "The mark is the value, the pale bar its range: whoever measures again should end up in it.",
    "chart.table": "Energy of {lines} lines",
    "column.way": "way",
    "column.value": "energy",
    "column.range": "between",
    "column.how": "how we know",
    "column.lamp": "a 10 W lamp burns for",
    "how.small": "calculated (CPU time × power of a core)",
    "how.chatbot": "order of magnitude (published figures)",
    "how.hand": "order of magnitude (energy of the body)",
    "more": "The chatbot takes between {low} and {high} times the energy of the small model.",
    "untold": "The ranges of chatbot and small model meet: which one takes more cannot be told.",
    "counted": "What is counted",
    "counted.small": "Small model: the processor while it reads, measured on lines of {letters} letters. Not the "
    "rest of the computer. It misreads about one letter in seven of people it never saw.",
    "counted.chatbot": "Large chatbot: the data centre with its cooling while it answers. Not the network, not the "
    "making of the machines, not the training. How many letters it misreads is not assessed here.",
    "counted.hand": "By hand: all that the body uses in that time, {watts} W. Sitting idle takes as much in the same "
    "measurement: writing itself adds next to nothing. Paper and pen: not assessed. The energy is food, not "
    "electricity.",
    "counted.warn": "So the three do not count the same thing. Compare them with care, and say so.",
    "sheet": "Activity sheet",
    "sheet.class": "Name, class, date:",
    "one": "1. How fast do we write?",
    "one.1": "Copy a text for one minute, as you usually write. Count the letters: ______",
    "one.2": "The class's slowest, middle and fastest: ______ / ______ / ______. Put the middle one into the slider.",
    "one.3": "A line holds about {letters} letters. How long do you take for it? ______ seconds",
    "one.4": "Your body uses about {watts} W while you sit and write. How many joules is a line? (watts × seconds) "
    "______",
    "two": "2. Make the machine err",
    "two.1": "Write each digit from 0 to 9 in the box, three times each. Tick what it read.",
    "two.2": "How many of 30 were wrong? ______ That is ______ %.",
    "two.3": "Which two digits does it mix up? Draw one that fools it, and say why.",
    "two.4": "The model's makers state {error} %. Why is yours another number?",
    "two.digit": "digit",
    "two.right": "right",
    "two.wrong": "wrong",
    "two.read_as": "read as",
    "three": "3. Which tool for which task?",
    "three.1": "Put in your class: pupils, lines a day. Note the three values with their ranges.",
    "three.2": "For which pairs can you say which takes more? Look whether the bars meet.",
    "three.3": "Name a task for which the small model is enough, one that needs a large one, one that needs neither.",
    "three.4": "What do the three bars not count?",
    "three.way": "way",
    "three.value": "value",
    "three.range": "from ... to ...",
    "answers": "For the teacher: answers",
    "answers.one": "1. At {speed} letters a minute a line of {letters} letters takes {seconds} s. {watts} W × "
    "{seconds} s = {joules}. Nearly all of it would also be used sitting idle: energy of the body is not the price "
    "of writing.",
    "answers.two": "2. With 30 digits a single error is already 3 %; the class together has a surer number than one "
    "pupil. The makers tested other people, other pens and another way of scanning. Often mixed up: 1 and 7, 4 and "
    "9, 3 and 5, 0 and 6. A machine errs most where the writing differs from what it learnt from: that is why one "
    "asks whose writing it was.",
    "answers.three": "3. With the sliders as they stand: small model {small}; chatbot {chatbot}; by hand {hand}. "
    "{verdict} A saying such as “a thousand times more” is sound only if it holds at both ends of the ranges. Small "
    "is enough: reading a form, a postcode, a register. Large: a question nobody foresaw. Neither: what nobody will "
    "read again. Not counted: making the machines, the network, the screen, paper, and what is done with the saved "
    "time.",
    "answers.goal": "What pupils take home: a number needs a range, a boundary and a source; the smallest tool that "
    "does the task well enough is the sober one.",
    "print": "Print the sheet",
    "sources": "Sources",
    "sources.chatbot": "Large chatbot, an answer of about 500 tokens: the median of the published figures, from the "
    "lowest to the highest",
    "sources.small": "Small model: lines-fr-xs@4 of frugal, 160 lines, 2026-11-25, CPU time × power of a core "
    "(method C); benchmarks/results/peers-lines__epyc-2vcpu__2026-11-25.json. Power of a core: calibration of four "
    "CPUs in CodeCarbon (MIT).",
    "sources.hand": "Body: writing while sitting 1.3 MET, sitting idle 1.3, reading 1.0, writing reclined 1.5; nine "
    "adults. J. Liu et al. 2022, International Journal of Exercise Science 15(7), 1202–1211. Pupils of 25 to 60 kg: "
    "an assumption.",
    "sources.model": "Digits: {name}, weights {licence}; data: {credit}.",
    "sources.speed": "Letters a minute: your own; 60 until you have measured.",
    "evidence": "This is evidence for a discussion, not a certificate.",
}
