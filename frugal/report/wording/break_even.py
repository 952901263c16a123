"""What is said about the ledger of trainings and about when a compression has paid for itself."""

ENGLISH = {
    "ledger": "Every training and pass in the ledger, also those that failed or led nowhere",
    "ledger.what": "what was done",
    "ledger.status": "how it ended",
    "ledger.trainings": "trainings",
    "ledger.cpu": "CPU time, s",
    "ledger.energy": "energy, J",
    "ledger.done": "finished",
    "ledger.failed": "failed",
    "ledger.interrupted": "interrupted",
    "break_even.pays": "Making {last} out of {first} took {cost}. One {unit} by {last} takes {saving} less, so the "
    "compression has paid for itself after about {uses} {units} ({low} to {high}).",
    "break_even.never.more": "The compression never pays for itself in energy: one {unit} by {last} takes {low} to "
    "{high} more than by {first}.",
    "break_even.never": "By this measurement the compression never pays for itself in energy: one {unit} by {last} "
    "takes between {less} less and {more} more than by {first}, so no saving is shown.",
    "break_even.at_once": "Nothing was trained to make {last} out of {first}, and one {unit} takes {saving} less: the "
    "compression pays at once.",
    "break_even.unknown": "Whether the compression pays for itself is not assessed: {reason}.",
    "break_even.cancels": "Both sides were calculated with the same watts; an error of the watts moves both alike and "
    "leaves the number of {units} as it is.",
    "break_even.counted": "Counted: {n} trainings beside that of {first}; {failed} of them failed or were interrupted.",
    "break_even.title": "Energy spent on the compression, and saved by it",
    "break_even.spent": "spent",
    "break_even.saved": "saved",
    "break_even.x": "{units} (logarithmic)",
    "break_even.y": "energy, J (logarithmic)",
    "break_even.caption": "Where the rising line crosses the level one, the compression has paid for itself. The "
    "areas are 95 % ranges.",
    "break_even.caption.never": "The saving lies anywhere below the rising line and may be nothing, so no crossing is "
    "shown.",
    "break_even.point": "{units} until it has paid for itself: {uses} ({low} to {high})",
    "break_even.point.never": "no number of {units} is shown to pay for it",
    "reason.no ledger": "the report holds no ledger",
}

FRENCH = {
    "ledger": "Tous les entraînements et passes du registre, aussi les échecs et les essais sans suite",
    "ledger.what": "ce qui a été fait",
    "ledger.status": "issue",
    "ledger.trainings": "entraînements",
    "ledger.cpu": "temps CPU, s",
    "ledger.energy": "énergie, J",
    "ledger.done": "achevé",
    "ledger.failed": "échoué",
    "ledger.interrupted": "interrompu",
    "break_even.pays": "Tirer {last} de {first} a pris {cost}. Un {unit} par {last} consomme {saving} de moins : la "
    "compression est amortie après environ {uses} {units} (de {low} à {high}).",
    "break_even.never.more": "La compression n’est jamais amortie en énergie : un {unit} par {last} consomme de {low} "
    "à {high} de plus que par {first}.",
    "break_even.never": "D’après cette mesure, la compression n’est jamais amortie en énergie : un {unit} par {last} "
    "consomme entre {less} de moins et {more} de plus que par {first} ; aucun gain n’est établi.",
    "break_even.at_once": "Rien n’a été entraîné pour tirer {last} de {first}, et un {unit} consomme {saving} de "
    "moins : la compression est amortie aussitôt.",
    "break_even.unknown": "Amortissement de la compression : non évalué, {reason}.",
    "break_even.cancels": "Les deux côtés sont calculés avec la même puissance ; une erreur sur elle les déplace "
    "ensemble et laisse le nombre de {units} tel quel.",
    "break_even.counted": "Comptés : {n} entraînements outre celui de {first} ; {failed} ont échoué ou été "
    "interrompus.",
    "break_even.title": "Énergie dépensée pour la compression, et économisée par elle",
    "break_even.spent": "dépensée",
    "break_even.saved": "économisée",
    "break_even.x": "{units} (logarithmique)",
    "break_even.y": "énergie, J (logarithmique)",
    "break_even.caption": "Là où la ligne montante croise l’horizontale, la compression est amortie. Les surfaces "
    "sont des intervalles à 95 %.",
    "break_even.caption.never": "Le gain se trouve n’importe où sous la ligne montante et peut être nul : aucun "
    "croisement n’est établi.",
    "break_even.point": "{units} jusqu’à l’amortissement : {uses} (de {low} à {high})",
    "break_even.point.never": "aucun nombre de {units} n’amortit la compression de façon établie",
    "reason.no ledger": "le rapport ne contient pas de registre",
}
