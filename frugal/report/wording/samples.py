"""What is said about samples of people's writing, where somebody asked for them."""

ENGLISH = {
    "samples": "What was written and what was read",
    "samples.note": "These are texts of people: they stand here because somebody asked for them. Think of whom they "
    "belong to before you pass this page on.",
    "samples.none": "No sample was read wrongly.",
    "samples.table": "The {n} samples with most errors",
    "samples.item": "sample",
    "samples.truth": "written",
    "samples.answer": "read",
    "samples.errors": "errors",
}

FRENCH = {
    "samples": "Ce qui était écrit et ce qui a été lu",
    "samples.note": "Ce sont des textes de personnes : ils figurent ici parce que quelqu’un les a demandés. Pensez à "
    "qui ils appartiennent avant de transmettre cette page.",
    "samples.none": "Aucun échantillon n’a été mal lu.",
    "samples.table": "Les {n} échantillons avec le plus d’erreurs",
    "samples.item": "échantillon",
    "samples.truth": "écrit",
    "samples.answer": "lu",
    "samples.errors": "erreurs",
}
