"""What to do, and what one unit is: the sentences at the top of the page."""

ENGLISH = {
    "advice": "What to do",
    "advice.nothing": "Nothing in these numbers asks for a change.",
    "advice.budget": "Do not ship it yet: {n} ceilings do not hold ({names}).",
    "advice.need.none": "Do not rely on it: nothing that was tried reaches {accuracy}.",
    "advice.need.other": "Take {name} instead ({kind}): it reaches {accuracy} on the same data for less energy.",
    "advice.slower": "Where energy counts more than bytes, leave out {last}: it takes {times} times the CPU time of "
    "{before}.",
    "advice.pays": "Compress it if more than about {uses} {units} will be read ({low} to {high}); below that the "
    "compression costs more energy than it saves.",
    "advice.never": "Do not compress it for the sake of energy: {last} is not shown to take less than {first}.",
    "advice.measure": "Before an energy figure is published, measure on your own device (here: {tag}).",
    "advice.unknown": "The energy is unknown ({reason}): measure it before anything is said about it.",
    "boundary": "What one unit is, and what is counted",
    "boundary.unit": "One unit is one {unit}. All costs are for one unit, unless another number stands beside them.",
    "boundary.right": "Energy for one {unit} answered rightly: {energy}; energy divided by the share that is right, "
    "so that a model which errs more does not look sober.",
    "boundary.counted": "Counted: {scope}.",
    "boundary.call": "Measured: {boundary}.",
}

FRENCH = {
    "advice": "Que faire",
    "advice.nothing": "Rien dans ces nombres ne demande un changement.",
    "advice.budget": "Ne pas le diffuser encore : {n} plafonds ne sont pas tenus ({names}).",
    "advice.need.none": "Ne pas s’y fier : rien de ce qui a été essayé n’atteint {accuracy}.",
    "advice.need.other": "Prendre plutôt {name} ({kind}) : cela atteint {accuracy} sur les mêmes données pour moins "
    "d’énergie.",
    "advice.slower": "Si l’énergie compte plus que les octets, omettre {last} : il prend {times} fois le temps CPU de "
    "{before}.",
    "advice.pays": "Le comprimer si plus d’environ {uses} {units} seront lus (de {low} à {high}) ; en dessous, la "
    "compression coûte plus d’énergie qu’elle n’en économise.",
    "advice.never": "Ne pas le comprimer pour l’énergie : rien n’établit que {last} consomme moins que {first}.",
    "advice.measure": "Avant de publier une énergie, mesurer sur votre appareil (ici : {tag}).",
    "advice.unknown": "L’énergie est inconnue ({reason}) : la mesurer avant d’en parler.",
    "boundary": "Ce qu’est une unité, et ce qui est compté",
    "boundary.unit": "Une unité est : {unit}. Tous les coûts sont pour une unité, sauf si un autre nombre les "
    "accompagne.",
    "boundary.right": "Énergie par {unit} bien lu : {energy} ; l’énergie divisée par la part juste, pour qu’un modèle "
    "qui se trompe davantage ne paraisse pas sobre.",
    "boundary.counted": "Compté : {scope}.",
    "boundary.call": "Mesuré : {boundary}.",
}
