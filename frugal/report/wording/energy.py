"""What is said about the meters of a report."""

ENGLISH = {
    "meters": "Energy by every meter that read",
    "meters.boundary": "The headline figure is {boundary}.",
    "meters.table": "Energy for one {unit} by each meter, mJ, with 95 % ranges; never added up",
    "meters.step": "step",
    "meters.meter": "meter",
    "meters.gross": "gross",
    "meters.net": "net of the idle machine",
    "meters.share": "net / gross",
    "meters.check": "{of} reads {value} ({low}–{high}) of {to}, from the same seconds.",
    "meters.textbook": "The arithmetic alone would take {energy} by textbook figures: a lower bound, an order of "
    "magnitude; the headline is {times} times that.",
    "meters.covers": "{meter}: {scope}",
    "meters.holds.idle share of the busy core included": "idle share of the busy core included",
    "meters.holds.gross: dominated by idle, which is included": "gross: dominated by idle, which is included",
    "meters.holds.gross: idle included": "gross: idle included",
    "meters.holds.net of the idle machine": "net of the idle machine",
    "meters.name.CPU time x power of a core": "CPU time x power of a core",
    "meters.name.RAPL package counters": "RAPL package counters",
    "meters.name.Apple silicon counters": "Apple silicon counters",
    "meters.name.NVML energy counter": "NVML energy counter",
    "meters.name.Raspberry Pi 5 power chip": "Raspberry Pi 5 power chip",
    "meters.name.recording of an instrument": "recording of an instrument",
    "reason.this method holds the idle share of a busy core and cannot take it off": (
        "this method holds the idle share of a busy core and cannot take it off"
    ),
}

FRENCH = {
    "meters": "L’énergie d’après chaque instrument qui a lu",
    "meters.boundary": "Le chiffre principal : {boundary}.",
    "meters.table": "Énergie par {unit} d’après chaque instrument, mJ, avec intervalles à 95 % ; jamais additionnées",
    "meters.step": "étape",
    "meters.meter": "instrument",
    "meters.gross": "brute",
    "meters.net": "nette de la machine au repos",
    "meters.share": "nette / brute",
    "meters.check": "{of} lit {value} ({low}–{high}) de {to}, sur les mêmes secondes.",
    "meters.textbook": "L’arithmétique seule prendrait {energy} d’après des valeurs de manuel : une borne basse, un "
    "ordre de grandeur ; le chiffre principal en est {times} fois autant.",
    "meters.covers": "{meter} : {scope}",
    "meters.holds.idle share of the busy core included": "part de repos du cœur occupé comprise",
    "meters.holds.gross: dominated by idle, which is included": "brut : le repos y domine, il est compris",
    "meters.holds.gross: idle included": "brut : repos compris",
    "meters.holds.net of the idle machine": "net de la machine au repos",
    "meters.name.CPU time x power of a core": "temps CPU × puissance d’un cœur",
    "meters.name.RAPL package counters": "compteurs RAPL du processeur",
    "meters.name.Apple silicon counters": "compteurs de la puce Apple",
    "meters.name.NVML energy counter": "compteur d’énergie NVML",
    "meters.name.Raspberry Pi 5 power chip": "puce d’alimentation du Raspberry Pi 5",
    "meters.name.recording of an instrument": "enregistrement d’un instrument",
    "reason.this method holds the idle share of a busy core and cannot take it off": (
        "cette méthode contient la part de repos du cœur occupé et ne peut l’ôter"
    ),
}
