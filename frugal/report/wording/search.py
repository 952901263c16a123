"""What is said about how a pipeline was found."""

ENGLISH = {
    "search": "How it was found",
    "search.kept": "{told}: the best of {n} trials that keep the budget on the samples of the search; looking took "
    "{cost} CPU s.",
    "search.nearest": "None of {n} trials keeps the budget on the samples of the search; {told} comes nearest; looking "
    "took {cost} CPU s.",
    "search.left_out": "Not used: {methods}.",
    "search.table": "Every trial, scored on the {n} samples of the search",
    "search.column.number": "no.",
    "search.column.why": "why",
    "search.column.told": "pipeline",
    "search.column.error": "error",
    "search.column.size": "file",
    "search.column.macs": "MACs",
    "search.column.cpu": "cost, CPU s",
    "search.column.verdict": "budget",
    "search.keeps": "kept",
    "search.chosen": "CHOSEN",
    "search.why.given": "as given",
    "search.why.alone": "one method alone",
    "search.why.expected": "expected to suit",
    "search.why.sampled": "drawn",
    "search.why.sibling": "the same network",
    "search.why.bare": "its costs, untrained",
    "search.note": "The search saw these samples only, and the best of many looks a little better than it is: all "
    "other numbers of this page come from samples that it never saw.",
}
FRENCH = {
    "search": "Comment cela a été trouvé",
    "search.kept": "{told} : le meilleur de {n} essais qui respectent le budget sur les échantillons de la "
    "recherche ; chercher a coûté {cost} s de CPU.",
    "search.nearest": "Aucun des {n} essais ne respecte le budget sur les échantillons de la recherche ; {told} s'en "
    "approche le plus ; chercher a coûté {cost} s de CPU.",
    "search.left_out": "Non utilisés : {methods}.",
    "search.table": "Chaque essai, mesuré sur les {n} échantillons de la recherche",
    "search.column.number": "n°",
    "search.column.why": "raison",
    "search.column.told": "chaîne",
    "search.column.error": "erreur",
    "search.column.size": "fichier",
    "search.column.macs": "MAC",
    "search.column.cpu": "coût, s de CPU",
    "search.column.verdict": "budget",
    "search.keeps": "respecté",
    "search.chosen": "CHOISI",
    "search.why.given": "tel que donné",
    "search.why.alone": "une méthode seule",
    "search.why.expected": "attendu convenable",
    "search.why.sampled": "tiré",
    "search.why.sibling": "le même réseau",
    "search.why.bare": "ses coûts, sans entraînement",
    "search.note": "La recherche n'a vu que ces échantillons, et le meilleur de beaucoup paraît un peu meilleur qu'il "
    "n'est : tous les autres nombres de cette page viennent d'échantillons qu'elle n'a jamais vus.",
}
