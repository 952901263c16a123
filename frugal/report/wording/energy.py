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
}
