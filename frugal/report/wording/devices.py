"""What is said about devices that are not here."""

ENGLISH = {
    "devices": "On which devices would it run?",
    "devices.table": "Estimated, not measured, for one answer (method D), fastest first",
    "devices.device": "device",
    "devices.flash": "fits flash",
    "devices.ram": "fits RAM",
    "devices.time": "time, ms",
    "devices.energy": "energy, mJ",
    "devices.battery": "battery for 1000, %",
    "devices.missing": "missing operators",
    "devices.basis": "rests on",
    "devices.oldest": "The oldest device here that answers within {limit} is a {title} of {year}: {time}. Nobody "
    "needs to buy a newer one for this model.",
    "devices.slowest": "The slowest device here that still answers within {limit}: {title}, {time}. Nobody needs to "
    "buy a faster one for this model.",
    "devices.none": "No device here is known to answer within {limit}.",
    "devices.note": "Within a tenth of a second an answer feels immediate. Times and energies are scaled from "
    "networks that others measured on the device; frugal estimate tells what each rests on.",
    "basis.measured": "networks measured on it",
    "basis.secondary": "a third party's figures",
    "basis.datasheet": "the maker's figures",
    "basis.other devices of its kind": "other devices of its kind",
    "basis.handed in": "rows handed in",
    "basis.none": "nothing published",
}

FRENCH = {
    "devices": "Sur quels appareils tournerait-il ?",
    "devices.table": "Estimé, non mesuré, pour une réponse (méthode D), du plus rapide au plus lent",
    "devices.device": "appareil",
    "devices.flash": "tient en flash",
    "devices.ram": "tient en RAM",
    "devices.time": "durée, ms",
    "devices.energy": "énergie, mJ",
    "devices.battery": "batterie pour 1000, %",
    "devices.missing": "opérateurs absents",
    "devices.basis": "repose sur",
    "devices.oldest": "L’appareil le plus ancien ici qui répond en moins de {limit} : {title}, de {year}, {time}. "
    "Personne n’a besoin d’en acheter un plus récent pour ce modèle.",
    "devices.slowest": "L’appareil le plus lent ici qui répond encore en moins de {limit} : {title}, {time}. Personne "
    "n’a besoin d’en acheter un plus rapide pour ce modèle.",
    "devices.none": "D’aucun appareil ici on ne sait qu’il répond en moins de {limit}.",
    "devices.note": "En moins d’un dixième de seconde, une réponse semble immédiate. Durées et énergies sont "
    "extrapolées de réseaux que d’autres ont mesurés sur l’appareil ; frugal estimate dit sur quoi chacune repose.",
    "basis.measured": "des réseaux mesurés dessus",
    "basis.secondary": "des valeurs d’un tiers",
    "basis.datasheet": "des valeurs du fabricant",
    "basis.other devices of its kind": "d’autres appareils du même genre",
    "basis.handed in": "des mesures transmises",
    "basis.none": "rien de publié",
}
