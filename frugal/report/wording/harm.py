"""What is said about who pays for a smaller model."""

ENGLISH = {
    "harm": "Who pays for it: {after} against {before}",
    "harm.personal": "PERSONAL DATA: this page names writers and shows what people wrote. Do not pass it on.",
    "harm.error": "The {metric} stays {after} ({change}).",
    "harm.error_range": "The {metric} goes from {before} to {after}: {change} ({low} to {high}, 95 %, same samples).",
    "harm.changed": "{n} of {of} samples get another answer: {wrong} that were right are wrong now, {right} that were "
    "wrong are right, {other} are wrong in another way.",
    "harm.writers": "Of {n} writers {worse} are read worse and {better} better; the largest rise is {rise}. The worst "
    "tenth of them goes from {before} to {after}.",
    "harm.no_writers": "Nobody recorded who wrote the samples, so nothing can be said about single writers.",
    "harm.calibration": "Confidence is off by {before} on average before and by {after} after (expected calibration "
    "error of a sample being right).",
    "harm.classes": "Error of {n} of {of} classes moved; {shown} are shown, the most harmed first",
    "harm.by_writer": "Error by writer, the most harmed first",
    "harm.samples": "Samples whose answer changed",
    "harm.column.class": "class",
    "harm.column.writer": "writer",
    "harm.column.count": "in the truth",
    "harm.column.before": "before",
    "harm.column.after": "after",
    "harm.column.change": "change",
    "harm.column.item": "sample",
    "harm.column.truth": "truth",
    "harm.note": "Counts only. A class with few samples moves by chance; look at how many there are. Which samples "
    "changed: frugal report --with-samples.",
    "metric.disagreement": "share of decisions that differ from the given model's",
}
FRENCH = {
    "harm": "Qui en paie le prix : {after} face à {before}",
    "harm.personal": "DONNÉES PERSONNELLES : cette page nomme des scripteurs et montre ce que des personnes ont écrit. "
    "Ne la transmettez pas.",
    "harm.error": "{metric} : toujours {after} ({change}).",
    "harm.error_range": "{metric} : de {before} à {after}, soit {change} ({low} à {high}, 95 %, mêmes échantillons).",
    "harm.changed": "{n} échantillons sur {of} reçoivent une autre réponse : {wrong} qui étaient justes sont faux, "
    "{right} qui étaient faux sont justes, {other} sont faux autrement.",
    "harm.writers": "Sur {n} scripteurs, {worse} sont moins bien lus et {better} mieux ; la plus forte hausse est de "
    "{rise}. Le dixième le plus mal lu passe de {before} à {after}.",
    "harm.no_writers": "Personne n'a noté qui a écrit les échantillons : rien ne peut être dit de chaque scripteur.",
    "harm.calibration": "La confiance se trompe en moyenne de {before} avant et de {after} après (erreur de "
    "calibration attendue : « l'échantillon est juste »).",
    "harm.classes": "L'erreur de {n} classes sur {of} a bougé ; {shown} sont montrées, les plus touchées d'abord",
    "harm.by_writer": "Erreur par scripteur, les plus touchés d'abord",
    "harm.samples": "Échantillons dont la réponse a changé",
    "harm.column.class": "classe",
    "harm.column.writer": "scripteur",
    "harm.column.count": "dans la vérité",
    "harm.column.before": "avant",
    "harm.column.after": "après",
    "harm.column.change": "écart",
    "harm.column.item": "échantillon",
    "harm.column.truth": "vérité",
    "harm.note": "Des comptes seulement. Une classe de peu d'échantillons bouge par hasard : voyez combien il y en a. "
    "Quels échantillons ont changé : frugal report --with-samples.",
    "metric.disagreement": "part des décisions qui diffèrent de celles du modèle donné",
}
