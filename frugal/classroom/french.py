"""The sentences of the class page in French. `{name}` marks what is filled in."""

FRENCH = {
    "title": "Combien d’énergie pour lire l’écriture ?",
    "sub": "Un petit modèle, un grand agent conversationnel, et la copie à la main : trois façons de transformer les "
    "lignes d’une classe en texte.",
    "private": "Cette page calcule sur votre machine. Elle ne charge rien et n’envoie rien ; vous pouvez couper le "
    "réseau.",
    "noscript": "Cette page calcule avec JavaScript, qui est désactivé ici. Les activités se lisent sans lui.",
    "languages": "Langue",
    "box": "Écris un chiffre",
    "box.lead": "Un réseau de {kb} ko, avec {parameters} nombres dedans, le lit sur cette machine, en simple "
    "JavaScript.",
    "box.canvas": "Zone d’écriture : dessine un chiffre de 0 à 9",
    "box.clear": "Effacer",
    "box.example": "ou prends un exemple",
    "box.choose": "choisir",
    "box.read": "Il lit",
    "box.nothing": "Écris avec un doigt, un stylet ou la souris.",
    "box.share": "sûr à {share} %",
    "box.second": "Autre idée : {label}, {share} %.",
    "box.sees": "Ce que voit le réseau : 28 × 28 points",
    "box.time": "Une lecture a pris {time} ici (moyenne de {n}).",
    "box.energy": "C’est environ {energy} : le temps × la puissance d’un cœur occupé, {watts} W.",
    "box.untimed": "L’horloge de ce navigateur est trop grossière pour une lecture.",
    "box.method": "calculé, méthode C",
    "box.known": "Modèle {name} : il se trompe pour {error} % de {n} échantillons mis de côté ({data}). L’horloge "
    "compte aussi ce que la machine fait d’autre. L’écran, la mémoire et l’alimentation ne sont pas comptés.",
    "box.stands_in": "Il connaît aussi les lettres et pèse plus qu’un réseau pour les seuls chiffres ; on ne lui "
    "demande que ses dix chiffres.",
    "compare": "Trois façons côte à côte",
    "pupils": "Élèves",
    "lines": "Lignes par jour et par élève",
    "days": "Jours d’école",
    "lines_an_answer": "Lignes dans une question à l’agent",
    "letters_a_minute": "Lettres par minute, à la main",
    "way.small": "petit modèle",
    "way.chatbot": "grand agent conversationnel",
    "way.hand": "copie à la main",
    "chart.title": "Énergie des trois façons",
    "chart.description": "Petit modèle {small}, grand agent conversationnel {chatbot}, copie à la main {hand}.",
    "chart.unit": "chaque trait vertical vaut dix fois le précédent",
    "chart.caption": "La marque est la valeur, la barre pâle sa fourchette : qui mesure à nouveau devrait tomber "
    "dedans.",
    "chart.table": "Énergie de {lines} lignes",
    "column.way": "façon",
    "column.value": "énergie",
    "column.range": "entre",
    "column.how": "comment on le sait",
    "column.lamp": "une lampe de 10 W brûle",
    "how.small": "calculé (temps de processeur × puissance d’un cœur)",
    "how.chatbot": "ordre de grandeur (chiffres publiés)",
    "how.hand": "ordre de grandeur (énergie du corps)",
    "more": "L’agent consomme entre {low} et {high} fois l’énergie du petit modèle.",
    "untold": "Les fourchettes de l’agent et du petit modèle se touchent : on ne peut dire lequel consomme plus.",
    "counted": "Ce qui est compté",
    "counted.small": "Petit modèle : le processeur pendant la lecture, mesuré sur des lignes de {letters} lettres. "
    "Pas le reste de l’ordinateur. Il lit mal environ une lettre sur sept de personnes qu’il n’a jamais vues.",
    "counted.chatbot": "Grand agent : le centre de données et son refroidissement pendant la réponse. Pas le réseau, "
    "pas la fabrication des machines, pas l’entraînement. Combien de lettres il lit mal n’est pas évalué ici.",
    "counted.hand": "À la main : tout ce que le corps dépense pendant ce temps, {watts} W. Rester assis sans rien "
    "faire en demande autant dans la même mesure : écrire n’ajoute presque rien. Papier et stylo : non évalués. "
    "L’énergie vient de la nourriture, pas du réseau électrique.",
    "counted.warn": "Les trois ne comptent donc pas la même chose. Comparez avec prudence, et dites-le.",
    "sheet": "Fiche d’activités",
    "sheet.class": "Nom, classe, date :",
    "one": "1. À quelle vitesse écrivons-nous ?",
    "one.1": "Copie un texte pendant une minute, comme d’habitude. Compte les lettres : ______",
    "one.2": "Dans la classe, le plus lent, le milieu, le plus rapide : ______ / ______ / ______. Mets le milieu "
    "dans le curseur.",
    "one.3": "Une ligne a environ {letters} lettres. Combien de temps te faut-il ? ______ secondes",
    "one.4": "Ton corps dépense environ {watts} W quand tu écris assis. Combien de joules pour une ligne ? (watts × "
    "secondes) ______",
    "two": "2. Fais se tromper la machine",
    "two.1": "Écris chaque chiffre de 0 à 9 dans le cadre, trois fois. Coche ce qu’elle a lu.",
    "two.2": "Combien d’erreurs sur 30 ? ______ Cela fait ______ %.",
    "two.3": "Quels deux chiffres confond-elle ? Dessines-en un qui la trompe, et dis pourquoi.",
    "two.4": "Les auteurs du modèle annoncent {error} %. Pourquoi ton nombre est-il différent ?",
    "two.digit": "chiffre",
    "two.right": "juste",
    "two.wrong": "faux",
    "two.read_as": "lu comme",
    "three": "3. Quel outil pour quelle tâche ?",
    "three.1": "Entre ta classe : élèves, lignes par jour. Note les trois valeurs avec leurs fourchettes.",
    "three.2": "Pour quelles paires peut-on dire lequel consomme plus ? Regarde si les barres se touchent.",
    "three.3": "Cite une tâche où le petit modèle suffit, une qui demande un grand, une qui n’a besoin d’aucun.",
    "three.4": "Qu’est-ce que les trois barres ne comptent pas ?",
    "three.way": "façon",
    "three.value": "valeur",
    "three.range": "de ... à ...",
    "answers": "Pour l’enseignant : les réponses",
    "answers.one": "1. À {speed} lettres par minute, une ligne de {letters} lettres prend {seconds} s. {watts} W × "
    "{seconds} s = {joules}. Presque tout serait aussi dépensé assis sans rien faire : l’énergie du corps n’est pas "
    "le prix de l’écriture.",
    "answers.two": "2. Sur 30 chiffres, une seule erreur fait déjà 3 % ; la classe réunie a un nombre plus sûr qu’un "
    "élève. Les auteurs ont essayé d’autres personnes, d’autres stylos, une autre numérisation. Souvent confondus : "
    "1 et 7, 4 et 9, 3 et 5, 0 et 6. Une machine se trompe surtout là où l’écriture diffère de ce qu’elle a appris : "
    "voilà pourquoi on demande de qui était l’écriture.",
    "answers.three": "3. Avec les curseurs tels quels : petit modèle {small} ; agent {chatbot} ; à la main {hand}. "
    "{verdict} Dire « mille fois plus » n’est juste que si cela tient aux deux bouts des fourchettes. Le petit "
    "suffit : lire un formulaire, un code postal, un registre. Un grand : une question que personne n’a prévue. "
    "Aucun : ce que personne ne relira. Non comptés : la fabrication des machines, le réseau, l’écran, le papier, et "
    "ce qu’on fait du temps gagné.",
    "answers.goal": "Ce que les élèves emportent : un nombre a besoin d’une fourchette, d’une frontière et d’une "
    "source ; le plus petit outil qui fait assez bien la tâche est le plus sobre.",
    "print": "Imprimer la fiche",
    "sources": "Sources",
    "sources.chatbot": "Grand agent, une réponse d’environ 500 jetons : la médiane des chiffres publiés, du plus "
    "petit au plus grand",
    "sources.small": "Petit modèle : lines-fr-xs@4 de frugal, 160 lignes, 2026-11-25, temps de processeur × "
    "puissance d’un cœur (méthode C) ; benchmarks/results/peers-lines__epyc-2vcpu__2026-11-25.json. Puissance d’un "
    "cœur : étalonnage de quatre processeurs dans CodeCarbon (MIT).",
    "sources.hand": "Corps : écrire assis 1,3 MET, assis sans rien faire 1,3, lire 1,0, écrire allongé 1,5 ; neuf "
    "adultes. J. Liu et al. 2022, International Journal of Exercise Science 15(7), 1202–1211. Élèves de 25 à 60 kg : "
    "une supposition.",
    "sources.model": "Chiffres : {name}, poids {licence} ; données : {credit}.",
    "sources.speed": "Lettres par minute : les vôtres ; 60 tant que vous n’avez pas mesuré.",
    "evidence": "Ceci éclaire une discussion ; ce n’est pas un certificat.",
}
