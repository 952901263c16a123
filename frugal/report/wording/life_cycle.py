"""What is said about the life cycle."""

ENGLISH = {
    "life": "Life cycle: more than electricity, more than carbon",
    "life.table": "A million {units}: use on each grid, and the share of making the device",
    "life.criterion": "what is counted",
    "life.ghg": "greenhouse gas",
    "life.adpe": "minerals and metals (ADPe)",
    "life.primary_energy": "primary energy",
    "life.water": "water consumed",
    "life.use": "use, grid: {grid}",
    "life.made.in_use": "making, by hours in use",
    "life.made.calendar": "making, by calendar",
    "life.no_device": "No device was named, so the share of its making is not assessed; for a small model it usually "
    "weighs far more than the electricity: frugal report --device-class Smartphone adds it.",
    "life.device": "Making: a {device} that lives {years} years and is in use for {hours} hours a day; by hours in "
    "use or by calendar is a convention, so both are shown. A device that is there anyway is not made again for this; "
    "one that must be bought for it is made for it alone.",
    "life.note": "Nothing is set off against anything, and what has no sound factor is not assessed, which is not "
    "zero.",
    "life.unassessed": "Not assessed, {criteria}: {reason}.",
    "grid.FRA": "France",
    "grid.EU27": "European Union",
    "grid.WORLD": "world",
    "device_class.Smartphone": "smartphone",
    "device_class.Tablet": "tablet",
    "device_class.Laptop": "laptop",
    "device_class.Server": "server",
    "device_class.Desktop": "desktop computer",
    "device_class.Monitor": "monitor",
    "device_class.Printer": "printer",
    "reason.no device was named": "no device was named",
    "life.why.terms": "{reason}",
    "life.why.country": "{reason}",
    "life.why.convention": "{reason}",
    "life.why.contradiction": "{reason}",
    "life.why.negative": "{reason}",
}

FRENCH = {
    "life": "Cycle de vie : plus que l’électricité, plus que le carbone",
    "life.table": "Un million de {units} : l’usage sur chaque réseau, et la part de fabrication de l’appareil",
    "life.criterion": "ce qui est compté",
    "life.ghg": "gaz à effet de serre",
    "life.adpe": "minéraux et métaux (ADPe)",
    "life.primary_energy": "énergie primaire",
    "life.water": "eau consommée",
    "life.use": "usage, réseau : {grid}",
    "life.made.in_use": "fabrication, par heures d’usage",
    "life.made.calendar": "fabrication, par calendrier",
    "life.no_device": "Aucun appareil n’a été nommé : la part de sa fabrication n’est pas évaluée ; pour un petit "
    "modèle, elle pèse d’ordinaire bien plus que l’électricité : frugal report --device-class Smartphone l’ajoute.",
    "life.device": "Fabrication : un appareil ({device}) qui vit {years} ans et sert {hours} heures par jour ; "
    "partager par heures d’usage ou par calendrier est une convention, les deux sont donc montrés. Un appareil déjà "
    "là n’est pas refabriqué pour cela ; un appareil acheté pour cela est fabriqué pour cela seul.",
    "life.note": "Rien n’est compensé par rien, et ce qui n’a pas de facteur solide n’est pas évalué, ce qui n’est "
    "pas zéro.",
    "life.unassessed": "Non évalué, {criteria} : {reason}.",
    "grid.FRA": "France",
    "grid.EU27": "Union européenne",
    "grid.WORLD": "monde",
    "device_class.Smartphone": "smartphone",
    "device_class.Tablet": "tablette",
    "device_class.Laptop": "ordinateur portable",
    "device_class.Server": "serveur",
    "device_class.Desktop": "ordinateur de bureau",
    "device_class.Monitor": "écran",
    "device_class.Printer": "imprimante",
    "reason.no device was named": "aucun appareil n’a été nommé",
    "life.why.terms": "les chiffres publiés d’appareils (ADEME, NegaOctet) n’indiquent pas sous quelles conditions "
    "les redonner",
    "life.why.country": "aucun chiffre libre pour ce pays ; voir la France, l’UE et le monde",
    "life.why.convention": "pas de convention pour le monde, et les tables libres ne comptent que l’énergie fossile "
    "et nucléaire",
    "life.why.contradiction": "deux tables libres se contredisent, et la plus basse est au-dessous de tous les grands "
    "pays",
    "life.why.negative": "les facteurs libres d’appareils sont négatifs : un défaut, pas une économie",
}
